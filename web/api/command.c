#include "web/api/command.h"

#include <stdlib.h>

#include "engine/base/problem.h"
#include "web/http/exchange.h"

struct command {
	struct exchange *exchange; /* held */
	command_answer *answer;
};

void *command_begin(struct exchange *x, command_answer *answer)
{
	struct command *c = malloc(sizeof *c);

	if (!c) {
		answer_problem(x, PROBLEM_FAILED, NULL, "free memory on this machine",
			       "out of memory");
		return NULL;
	}
	*c = (struct command){.exchange = x, .answer = answer};
	exchange_hold(x);
	return c;
}

void command_done(void *context, int64_t id, const struct problem *error)
{
	struct command *c = context;

	if (!c->exchange->connection)
		; /* the client or the whole web went in the meantime: nobody to tell */
	else if (error)
		answer_problem(c->exchange, PROBLEM_CONFLICT, error->where, error->remedy, "%s",
			       error->why);
	else
		c->answer(c->exchange, id);
	exchange_release(c->exchange);
	free(c);
}
