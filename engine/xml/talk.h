/*
 * talk: one command of an XML agent, from its START to its END (protocol/da-xml.md 2, 3).
 *
 * The agent drives: after the command's document the host only answers, whatever comes in whatever
 * order and number, until the END. A verb fills flow->xml with xml_command() and what belongs to
 * the command, gives xml_run() from its ask, and judges in its answer with one of the xml_must...
 *
 * Files: the agent may ask for one name only, the token the command told it. Every other name does
 * not exist, and nothing but that token can be read or written.
 */
#ifndef ENGINE_XML_TALK_H
#define ENGINE_XML_TALK_H

#include "engine/flow/flow_state.h"

/* Begin a command: version is "1.0" unless the command's table says more. Opens <arg>. */
void xml_command(struct flow *f, const char *version, const char *name);
/* Name the file of this command in its document: `tag` is source_file or target_file. */
void xml_file(struct flow *f, const char *tag, const char *token);
/* The file that the agent may fetch. `sums` as in wire_sums.h, NULL: summed packet by packet. */
void xml_send(struct flow *f, struct slice bytes, const struct wire_sums *sums);
/* The same for the answer to a challenge, in xml_state.signed_answer. */
void xml_send_answer(struct flow *f);
/* Where the file goes that the agent brings. Text is then in flow->table, xml_text() long. */
void xml_take(struct flow *f, enum xml_take take);
/* Close <arg> and the document, and run it: gives STEP_CALL for the caller's ask. */
enum verdict xml_run(struct flow *f);
/* The same for a document whose last open tag is not <arg>. */
enum verdict xml_run_open(struct flow *f, const char *tag);
/* Only wait for the agent's START, at most `ms`. */
enum verdict xml_await_start(struct flow *f, uint32_t ms);

/* Text that an upload has brought, up to its first NUL. */
struct slice xml_text(const struct flow *f);

/* Answers: END OK or the run fails with the agent's words. */
enum verdict xml_must(struct flow *f, struct slice rx);
/* The same, but an agent that does not know the command is fine. */
enum verdict xml_may(struct flow *f, struct slice rx);
/* Any END is fine. */
enum verdict xml_try(struct flow *f, struct slice rx);
/* Fail with what the last END said; as XML-`otherwise` when its text is in no list. */
enum verdict xml_refused(struct flow *f, uint32_t otherwise);

#endif
