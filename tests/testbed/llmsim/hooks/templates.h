// The applications' prompt templates: named and versioned instructions around the user's words. Everything an answer
// can get right or wrong because of its instructions starts here.
#pragma once

#include <string>
#include <vector>

namespace llmsim {

// How a request asks the model to draw tokens.
struct Sampling {
  double temperature = 0.7;
  double top_p = 0.95;
  int max_tokens = 1024;
};

struct PromptTemplate {
  std::string name;
  int version = 1;
  double share = 0;            // of the requests
  int instruction_tokens = 0;  // system prompt with its examples; the same for every request, hence cached as a prefix
  bool retrieves = false;      // documents are put into the prompt
  bool formatted = false;      // the answer has to keep a form that can be checked (a schema, citations)

  // What the instructions achieve, 0..1.
  double task_fit = 0.95;        // they say what the user wants to have done
  double grounding = 0.9;        // they keep the model to the documents
  double format_clarity = 0.97;  // they say what the answer has to look like
  double caution = 0;            // they make the model decline

  int user_tokens = 0;    // median of the user's words
  int answer_tokens = 0;  // median of a complete answer
  Sampling sampling;
};

// Three applications of one model: answers from documents, extraction into JSON, free chat. Assumed; together their
// answers are about as long as the full stack's load has them (160 tokens). retrieval_share: of the requests, goes to
// the one that retrieves.
std::vector<PromptTemplate> default_templates(double retrieval_share = 0.5);

}  // namespace llmsim
