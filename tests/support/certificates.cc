#include "tests/support/certificates.h"

#include <vector>

#include "tests/support/process.h"

namespace test_support {
namespace {

rca::Result<void> openssl(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "openssl");
  RCA_ASSIGN(const CommandResult made, run_command({.argv = arguments, .env = {}, .directory = {}, .log_file = {}}));
  if (made.exit_code == 0) return {};
  return rca::Error{rca::ErrorKind::io, "openssl failed: " + made.output};
}

// A new key and, in `out`, a request for a certificate (or what `more` makes of it).
rca::Result<void> request(const TempDir& dir, const std::string& name, const std::string& subject,
                          const std::string& out, const std::vector<std::string>& more) {
  std::vector<std::string> arguments = {"req",
                                        "-newkey",
                                        "ec",
                                        "-pkeyopt",
                                        "ec_paramgen_curve:prime256v1",
                                        "-nodes",
                                        "-keyout",
                                        dir.file(name + ".key"),
                                        "-subj",
                                        subject,
                                        "-out",
                                        dir.file(out)};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return openssl(std::move(arguments));
}

}  // namespace

rca::Result<void> make_authority(const TempDir& dir, const std::string& name, const std::string& subject) {
  return request(dir, name, subject, name + ".crt",
                 {"-x509", "-days", "2", "-addext", "basicConstraints=critical,CA:TRUE"});
}

rca::Result<void> make_certificate(const TempDir& dir, const std::string& authority, const std::string& name,
                                   const std::string& subject, const std::string& extension) {
  RCA_TRY(request(dir, name, subject, name + ".csr", {}));
  return openssl({"x509", "-req", "-in", dir.file(name + ".csr"), "-CA", dir.file(authority + ".crt"), "-CAkey",
                  dir.file(authority + ".key"), "-CAcreateserial", "-days", "2", "-out", dir.file(name + ".crt"),
                  "-extfile", dir.write(name + ".ext", extension + "\n")});
}

}  // namespace test_support
