#include "tests/testbed/llmsim/hooks/templates.h"

namespace llmsim {

std::vector<PromptTemplate> default_templates(double retrieval_share) {
  std::vector<PromptTemplate> out(3);
  out[0].name = "support-rag";
  out[0].version = 12;
  out[0].share = retrieval_share;
  out[0].instruction_tokens = 224;
  out[0].retrieves = true;
  out[0].formatted = true;
  out[0].user_tokens = 60;
  out[0].answer_tokens = 140;
  out[0].sampling = {.temperature = 0.4, .top_p = 0.95, .max_tokens = 1024};
  out[1].name = "extract-json";
  out[1].version = 7;
  out[1].share = 0.3 * (1 - retrieval_share);
  out[1].instruction_tokens = 320;
  out[1].formatted = true;
  out[1].user_tokens = 260;
  out[1].answer_tokens = 95;
  out[1].sampling = {.temperature = 0.3, .top_p = 0.95, .max_tokens = 1024};
  out[2].name = "chat-assistant";
  out[2].version = 4;
  out[2].share = 0.7 * (1 - retrieval_share);
  out[2].instruction_tokens = 96;
  out[2].user_tokens = 120;
  out[2].answer_tokens = 155;
  out[2].sampling = {.temperature = 0.7, .top_p = 0.95, .max_tokens = 1024};
  return out;
}

}  // namespace llmsim
