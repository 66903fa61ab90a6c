// Certificates for tests, made by the openssl program and valid for two days.
#pragma once

#include <string>

#include "common/result.h"
#include "tests/support/temp_dir.h"

namespace test_support {

// Writes NAME.crt and NAME.key of a new certificate authority to `dir`. Errors: not_found (no openssl), io.
rca::Result<void> make_authority(const TempDir& dir, const std::string& name, const std::string& subject);

// Writes NAME.crt and NAME.key to `dir`, signed by `authority` (of make_authority, in the same directory); `extension`
// is a line of an openssl extension file, e.g. "subjectAltName=IP:127.0.0.1".
rca::Result<void> make_certificate(const TempDir& dir, const std::string& authority, const std::string& name,
                                   const std::string& subject, const std::string& extension);

}  // namespace test_support
