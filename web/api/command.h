/* command: a request that the station carries out later (open an order, import a package). */
#ifndef WEB_API_COMMAND_H
#define WEB_API_COMMAND_H

#include <stdint.h>

struct exchange;
struct problem;

/* Answers a command that was done. */
typedef void command_answer(struct exchange *x, int64_t id);

/*
 * Context for view_done `command_done`: holds the exchange until then. NULL when memory is out, and
 * that was answered.
 */
void *command_begin(struct exchange *x, command_answer *answer);

/* A view_done: 409 with the station's reason, or `answer`. */
void command_done(void *context, int64_t id, const struct problem *error);

#endif
