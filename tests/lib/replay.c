#include "tests/lib/replay.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/bytes.h"
#include "engine/xflash/xflash.h"

#define LINE_MAX_   1024
#define QUEUE_BYTES 0x100000

struct player {
	struct replay *r;
	const char *next;
	uint64_t now_ms;
	/* bytes the device has sent and the host has not taken */
	uint8_t *queue;
	size_t from, to;
};

static bool bad(struct replay *r, const char *format, ...) __attribute__((format(printf, 2, 3)));

static bool bad(struct replay *r, const char *format, ...)
{
	size_t n = (size_t)snprintf(r->error, sizeof r->error, "%s, line %u: ", r->name, r->line);
	va_list ap;

	va_start(ap, format);
	vsnprintf(r->error + n, sizeof r->error - n, format, ap);
	va_end(ap);
	return false;
}

/* The next line with something on it, without comment; false at the end. Does not move on. */
static bool peek(struct player *p, char line[LINE_MAX_], const char **after, unsigned *number)
{
	const char *at = p->next;

	*number = p->r->line;
	while (*at) {
		size_t n = strcspn(at, "\n"), keep;

		(*number)++;
		keep = n < LINE_MAX_ - 1 ? n : LINE_MAX_ - 1;
		memcpy(line, at, keep);
		line[keep] = '\0';
		line[strcspn(line, "#")] = '\0';
		at += n + (at[n] == '\n');
		for (keep = strlen(line); keep && isspace((unsigned char)line[keep - 1]); keep--)
			line[keep - 1] = '\0';
		if (line[0] && line[0] != '=') {
			*after = at;
			return true;
		}
	}
	return false;
}

static void move_on(struct player *p, const char *after, unsigned number)
{
	p->next = after;
	p->r->line = number;
}

static const struct slice *blob(const struct replay *r, const char *name, size_t n)
{
	for (const struct replay_blob *b = r->blobs; b && b->name; b++)
		if (strlen(b->name) == n && !strncmp(b->name, name, n))
			return &b->bytes;
	return NULL;
}

/* Transfers that a line stands for. */
struct transfers {
	size_t count;
	struct slice at[64];
	uint8_t room[4096];
	size_t used;
};

static void head(struct transfers *t, uint32_t length)
{
	uint8_t *p = t->room + t->used;

	put_le32(p, 0xFEEEEEEF);
	put_le32(p + 4, 1);
	put_le32(p + 8, length);
	t->at[t->count++] = (struct slice){p, 12};
	t->used += 12;
}

static const char *spaces(const char *s)
{
	while (isspace((unsigned char)*s) || *s == '|')
		s++;
	return s;
}

/* F(4), F(0x1C0) or F(<name>) */
static const char *take_head(struct replay *r, struct transfers *t, const char *s)
{
	const struct slice *bytes;
	char *end;

	s += 2;
	if (*s == '<') {
		size_t n = strcspn(s + 1, ">");

		bytes = blob(r, s + 1, n);
		if (!bytes)
			return NULL;
		head(t, (uint32_t)bytes->n);
		return s + n + 3;
	}
	head(t, (uint32_t)strtoul(s, &end, 0));
	return *end == ')' ? end + 1 : NULL;
}

static const char *take_hex(struct transfers *t, const char *s)
{
	uint8_t *from = t->room + t->used;
	size_t n = 0;

	while (isxdigit((unsigned char)s[0]) && isxdigit((unsigned char)s[1])) {
		char byte[3] = {s[0], s[1], 0};

		from[n++] = (uint8_t)strtoul(byte, NULL, 16);
		s += 2;
		while (*s == ' ' || *s == '\t')
			s++;
	}
	if (!n)
		return NULL;
	t->at[t->count++] = (struct slice){from, n};
	t->used += n;
	return s;
}

/* T and X: the rest of the line is text. */
static bool take_text(struct replay *r, struct transfers *t, const char *s)
{
	static const char prolog[] = "<?xml version=\"1.0\" encoding=\"utf-8\"?>";
	const char *before = *s == 'X' ? prolog : "";
	size_t n = strlen(before) + strlen(s + 2) + 1;

	if (n > sizeof t->room - t->used - 12)
		return bad(r, "this text is too long");
	head(t, (uint32_t)n);
	t->at[t->count++] = (struct slice){t->room + t->used, n};
	t->used += (size_t)snprintf((char *)t->room + t->used, n, "%s%s", before, s + 2) + 1;
	return true;
}

static bool parse(struct replay *r, struct transfers *t, const char *s)
{
	memset(t, 0, sizeof *t);
	s = spaces(s);
	if ((*s == 'T' || *s == 'X') && s[1] == ' ')
		return take_text(r, t, s);
	for (; s && *s; s = s ? spaces(s) : NULL) {
		if (!strncmp(s, "S0", 2)) {
			head(t, 4);
			t->at[t->count++] = (struct slice){t->room + t->used, 4};
			t->used += 4;
			s += 2;
		} else if (!strncmp(s, "F(", 2)) {
			s = take_head(r, t, s);
		} else if (*s == '<') {
			size_t n = strcspn(s + 1, ">");
			const struct slice *bytes = blob(r, s + 1, n);

			if (!bytes)
				return bad(r, "no blob of that name: %s", s);
			t->at[t->count++] = *bytes;
			s += n + 2;
		} else {
			s = take_hex(t, s);
		}
	}
	return s ? true : bad(r, "this line cannot be read");
}

/* The host sends: its transfers must be the ones of the next H> lines. */
static bool check_sent(struct player *p, const struct flow_action *a)
{
	struct transfers t = {0};
	size_t next = 0;

	for (unsigned i = 0; i < a->tx_count; i++) {
		if (next == t.count) {
			char line[LINE_MAX_];
			const char *after;
			unsigned number;

			if (!peek(p, line, &after, &number))
				return bad(p->r, "the host sends %zu bytes after the end",
					   a->tx[i].n);
			move_on(p, after, number);
			if (strncmp(line, "H>", 2))
				return bad(p->r,
					   "the host sends %02X.. (%zu bytes), due was: %.60s",
					   a->tx[i].p[0], a->tx[i].n, line);
			if (!parse(p->r, &t, line + 2))
				return false;
			next = 0;
		}
		if (t.at[next].n != a->tx[i].n)
			return bad(p->r, "transfer %u has %zu bytes, due were %zu", i, a->tx[i].n,
				   t.at[next].n);
		for (size_t k = 0; k < t.at[next].n; k++)
			if (t.at[next].p[k] != a->tx[i].p[k])
				return bad(p->r, "transfer %u, byte %zu is %02X, due was %02X", i,
					   k, a->tx[i].p[k], t.at[next].p[k]);
		next++;
	}
	return next == t.count || bad(p->r, "the host sends less than this line");
}

/* Take D> lines until `want` bytes wait; false: something else comes first, or the end. */
static bool fill(struct player *p, size_t want)
{
	char line[LINE_MAX_];
	const char *after;
	unsigned number;
	struct transfers t;

	while (p->to - p->from < want) {
		if (!peek(p, line, &after, &number) || strncmp(line, "D>", 2))
			return false;
		move_on(p, after, number);
		if (!parse(p->r, &t, line + 2))
			return false;
		for (size_t i = 0; i < t.count; i++) {
			if (t.at[i].n > QUEUE_BYTES - p->to)
				return bad(p->r, "more bytes than the test can keep");
			memcpy(p->queue + p->to, t.at[i].p, t.at[i].n);
			p->to += t.at[i].n;
		}
	}
	return true;
}

/* A line that is no H> or D> makes the event. */
static bool take_word(struct player *p, const struct flow_action *a, struct flow_event *e)
{
	char line[LINE_MAX_];
	const char *after;
	unsigned number;

	if (!peek(p, line, &after, &number))
		return false;
	move_on(p, after, number);
	if (!strcmp(line, "silence")) {
		e->kind = FLOW_TIMEOUT;
		p->now_ms += a->ms;
	} else if (!strcmp(line, "gone")) {
		e->kind = FLOW_GONE;
	} else if (!strcmp(line, "abort")) {
		e->kind = FLOW_ABORT;
	} else if (!strncmp(line, "back ", 5)) {
		e->kind = FLOW_BACK;
		e->arrival = (struct arrival){0x0e8d, (uint16_t)strtoul(line + 5, NULL, 16),
					      USB_SPEED_HIGH};
	} else if (a->what == FLOW_JOURNAL &&
		   !strcmp(line, a->journal == FLOW_JOURNAL_IDENTIFIED
					 ? "journal identified"
					 : "journal point-of-no-return")) {
		e->kind = FLOW_CONTINUE;
	} else {
		return bad(p->r, "the host waits (action %d for %zu bytes), due was: %.80s",
			   (int)a->what, a->rx_want, line);
	}
	return true;
}

static bool answer(struct player *p, const struct flow_action *a, struct flow_event *e)
{
	*e = (struct flow_event){.seq = a->seq};
	if (a->what == FLOW_EXCHANGE) {
		if (!check_sent(p, a))
			return false;
		if (p->from == p->to)
			p->from = p->to = 0;
		e->kind = FLOW_REPLY;
		if (!fill(p, a->rx_want) && (p->r->error[0] || !take_word(p, a, e)))
			return false;
		if (e->kind == FLOW_REPLY || e->kind == FLOW_TIMEOUT) {
			size_t waiting = p->to - p->from;

			e->rx.p = p->queue + p->from;
			e->rx.n = waiting < a->rx_want ? waiting : a->rx_want;
			p->from += e->rx.n;
		}
	} else if (!take_word(p, a, e)) {
		return false;
	}
	e->now_ms = ++p->now_ms;
	return true;
}

bool replay_run(struct replay *r, struct flow *f, struct flow_action *a)
{
	struct player p = {.r = r, .next = r->text, .now_ms = f->now_ms};
	struct flow_event e;
	char line[LINE_MAX_];
	const char *after;
	unsigned number;

	r->line = 0;
	r->error[0] = '\0';
	p.queue = malloc(QUEUE_BYTES);
	while (p.queue && a->what != FLOW_FINISH &&
	       (p.from < p.to || peek(&p, line, &after, &number))) {
		if (!answer(&p, a, &e))
			break;
		flow_step(f, &e, a);
	}
	if (!r->error[0] && a->what == FLOW_FINISH && peek(&p, line, &after, &number))
		bad(r, "the run ended (%s: %s) before: %.80s", f->report.fault.step,
		    f->report.fault.what, line);
	free(p.queue);
	return p.queue && !r->error[0];
}

/* A table of one verb, in the last phase: when it ends, the run does. */
static const struct step *verb_in_test;

static enum verdict ask_verb(struct flow *f, struct flow_action *a)
{
	(void)a;
	f->call = verb_in_test;
	return STEP_CALL;
}

static const struct step one_verb[] = {
	{"begin", 0, NULL, NULL, NULL},
	{"verb", 0, ask_verb, NULL, NULL},
	{NULL, 0, NULL, NULL, NULL},
};

void replay_verb(struct flow *f, const struct flow_plan *plan, const struct step *table,
		 struct flow_action *a)
{
	const struct arrival arrival = {0x0e8d, 0x0003, USB_SPEED_HIGH};
	const struct flow_io io = f->io;
	const struct device_facts facts = f->report.facts;
	const struct chip *chip = f->chip ? f->chip : chip_by_hw_code(0x0766);
	const struct slice da1 = f->da1;
	const uint32_t da1_addr = f->da1_addr, da1_sig_len = f->da1_sig_len;
	struct flow_event e = {.kind = FLOW_CONTINUE};

	flow_begin(f, plan, &arrival, 0, a);
	f->io = io;
	f->report.facts = facts;
	f->verbs = &xflash_verbs;
	f->chip = chip;
	f->da1 = da1;
	f->da1_addr = da1_addr;
	f->da1_sig_len = da1_sig_len;
	f->phase = FLOW_LAST_PHASE;
	f->stack[0].table = one_verb;
	f->stack[0].at = one_verb;
	f->pending = FLOW_WAIT;
	f->want = 0;
	f->report.part_count = 1;
	verb_in_test = table;
	e.seq = f->seq;
	flow_step(f, &e, a);
}
