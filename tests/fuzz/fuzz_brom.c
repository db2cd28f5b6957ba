/*
 * A device that answers the start handshake, identification, authorisation and agent upload with
 * the input's bytes. Each exchange takes one byte that says how (reply, cut short, silence,
 * departure), then its data. The plan has all the files that a secured boot ROM may ask for.
 */
#include <string.h>

#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "engine/brom/brom.h"
#include "engine/flow/flow_state.h"
#include "tests/fuzz/fuzz.h"
#include "tests/lib/pack.h"

#define ACTIONS_MAX 5000

static struct pack pack;
static struct flow flow;

#define KEY_BITS 512 /* the smallest there is: an answer costs little */

static struct flow_keys keys;

static void make_keys(void)
{
	static const uint8_t file[] = {'M', 'M', 'M', 1};
	EVP_PKEY *key = EVP_RSA_gen(KEY_BITS);
	unsigned char *der = NULL;
	int n = key ? i2d_PrivateKey(key, &der) : 0;

	must(n > 0);
	keys.sla = (struct slice){der, (size_t)n}; /* kept for all inputs */
	keys.auth = keys.cert = (struct slice){file, sizeof file};
	EVP_PKEY_free(key);
}

/* Single bytes on the wire are start bytes, opcodes of our list, or JUMP_DA64's two parameters. */
static void check_sent(const struct flow_action *a)
{
	static const uint8_t others[] = {0xA0, 0x0A, 0x50, 0x05, 0x01, 0x64};

	for (unsigned i = 0; i < a->tx_count; i++) {
		must(a->tx[i].n > 0);
		if (a->tx[i].n == 1)
			must(brom_may_send(a->tx[i].p[0]) ||
			     memchr(others, a->tx[i].p[0], sizeof others) != NULL);
	}
	must(a->rx_want <= FLOW_RX_MAX);
}

static void answer(const struct flow_action *a, struct slice *in, struct flow_event *e)
{
	uint8_t how = in->n ? in->p[0] % 16 : 15;
	size_t n;

	in->p += in->n > 0;
	in->n -= in->n > 0;
	e->kind = FLOW_REPLY;
	n = a->rx_want < in->n ? a->rx_want : in->n;
	if (how == 15)
		n = 0;
	if (how == 14 && n > 0)
		n /= 2;
	if (n < a->rx_want)
		e->kind = FLOW_TIMEOUT;
	if (how == 13)
		e->kind = FLOW_GONE;
	if (a->what == FLOW_JOURNAL)
		e->kind = FLOW_CONTINUE;
	e->rx = (struct slice){in->p, n};
	in->p += n;
	in->n -= n;
	e->now_ms += e->kind == FLOW_TIMEOUT ? a->ms : 1;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct arrival arrival = {0x0e8d, n && bytes[0] & 1 ? 0x2000 : 0x0003, USB_SPEED_HIGH};
	struct flow_plan plan = {.package = &pack.package, .keys = &keys};
	struct slice in = {bytes, n};
	struct flow_event e = {.now_ms = 1};
	struct flow_action a;
	unsigned actions = 0;

	if (!pack.package.parts) {
		pack_make(&pack, &(struct pack_options){.boot_bytes = 5000});
		make_keys();
	}
	flow_begin(&flow, &plan, &arrival, 0, &a);
	while (a.what != FLOW_FINISH && strcmp(flow.report.step, "first byte") != 0) {
		check_sent(&a);
		must(++actions < ACTIONS_MAX);
		e.seq = a.seq;
		answer(&a, &in, &e);
		flow_step(&flow, &e, &a);
	}
	if (a.what == FLOW_FINISH)
		must(flow.report.result != FLOW_PASSED && flow.report.fault.family != FAULT_NONE &&
		     flow.report.bytes_written == 0);
	return 0;
}
