/*
 * authorise: the owner's files for a secured boot ROM (brom.md section 12), before SEND_DA.
 *
 *     [SEND_CERT] -> SEND_AUTH -> SLA: challenge, answer -> [watchdog once more]
 *
 * A preloader has none of these commands and a boot ROM without SLA and DAA needs none. The files
 * are sent unchanged. 1D0C says that a file is not needed; 7017 to the SLA command, when the auth
 * file was taken, that it is passed already: in both cases SEND_DA will tell.
 *
 * Once the device has given its challenge the dialogue can not be left: when the key can not
 * answer, four zeros are sent, the device's refusal is taken, and the run fails for the key.
 */
#include <string.h>

#include "engine/base/bytes.h"
#include "engine/brom/brom.h"
#include "engine/brom/command.h"
#include "engine/brom/write_register.h"
#include "engine/security/sla.h"

#define FILE_MS	       30000 /* the device verifies the file, as it does an agent */
#define NOT_NEEDED     0x1D0C
#define PASSED_ALREADY 0x7017
#define NO_ANSWER      4 /* bytes of an answer that is none */

static bool asks_for(const struct flow *f, uint32_t bits)
{
	const struct device_facts *facts = &f->report.facts;

	return facts->arrived_as == MODE_BROM && facts->target_config & bits;
}

static struct slice file_of(const struct flow *f)
{
	return f->brom.file == BROM_SEND_CERT ? f->plan->keys->cert : f->plan->keys->auth;
}

/* ---- one file ---- */

static enum verdict ask_file(struct flow *f, struct flow_action *a)
{
	return brom_command(f, a, (enum brom_opcode)f->brom.file, 1);
}

static enum verdict got_echo(struct flow *f, struct slice rx)
{
	return brom_echo(f, rx, f->want);
}

static enum verdict ask_length(struct flow *f, struct flow_action *a)
{
	return brom_u32(f, a, (uint32_t)file_of(f).n, 2);
}

static enum verdict got_length(struct flow *f, struct slice rx)
{
	enum verdict v = brom_echo(f, rx, f->want);
	uint16_t status;

	if (v != STEP_NEXT)
		return v;
	status = get_be16(rx.p + f->out_bytes);
	if (status == NOT_NEEDED)
		return STEP_LEAVE;
	return brom_failed(status) ? brom_refused(f, status) : STEP_NEXT;
}

static enum verdict ask_bytes(struct flow *f, struct flow_action *a)
{
	tx_lend(a, file_of(f));
	return rx_want(f, 4);
}

/* Checksum and status; the vendor's tool does not look at the checksum either. */
static enum verdict got_bytes(struct flow *f, struct slice rx)
{
	uint16_t status;

	if (rx.n < f->want)
		return STEP_MORE;
	status = get_be16(rx.p + 2);
	if (brom_failed(status) && status != NOT_NEEDED)
		return brom_refused(f, status);
	return STEP_NEXT;
}

static const struct step send_file[] = {
	{"", 5000, ask_file, got_echo, NULL},
	{"", 5000, ask_length, got_length, NULL},
	{"", FILE_MS, ask_bytes, got_bytes, NULL},
	{NULL, 0, NULL, NULL, NULL},
};

static enum verdict call_send_file(struct flow *f, enum brom_opcode opcode)
{
	f->brom.file = (uint8_t)opcode;
	f->call = send_file;
	return STEP_CALL;
}

static enum verdict ask_cert(struct flow *f, struct flow_action *a)
{
	(void)a;
	if (!asks_for(f, BROM_CONFIG_SBC | BROM_CONFIG_SLA | BROM_CONFIG_DAA |
				 BROM_CONFIG_ROOT_CERT) ||
	    !f->plan->keys || !f->plan->keys->cert.n)
		return STEP_NEXT;
	return call_send_file(f, BROM_SEND_CERT);
}

static enum verdict ask_auth(struct flow *f, struct flow_action *a)
{
	(void)a;
	if (!asks_for(f, BROM_CONFIG_SLA | BROM_CONFIG_DAA))
		return STEP_NEXT;
	if (!f->plan->keys || !f->plan->keys->auth.n)
		return step_refuse(f, 23, "the boot ROM asks for an auth file; there is none");
	return call_send_file(f, BROM_SEND_AUTH);
}

/* ---- the challenge ---- */

static enum verdict ask_challenge(struct flow *f, struct flow_action *a)
{
	if (!asks_for(f, BROM_CONFIG_SLA))
		return STEP_LEAVE;
	if (!f->plan->keys->sla.n)
		return step_refuse(f, 23, "the boot ROM asks for SLA; there is no key file for it");
	return brom_command(f, a, BROM_SLA, 3);
}

static enum verdict got_challenge_status(struct flow *f, struct slice rx)
{
	enum verdict v = brom_echo(f, rx, f->want);
	uint16_t status;

	if (v != STEP_NEXT)
		return v;
	status = get_be16(rx.p + 1);
	if (status == NOT_NEEDED || status == PASSED_ALREADY)
		return STEP_LEAVE;
	return brom_failed(status) ? brom_refused(f, status) : STEP_NEXT;
}

static enum verdict ask_challenge_length(struct flow *f, struct flow_action *a)
{
	(void)a;
	return rx_want(f, 4);
}

static enum verdict got_challenge_length(struct flow *f, struct slice rx)
{
	uint32_t length;

	if (rx.n < f->want)
		return STEP_MORE;
	length = get_be32(rx.p);
	if (!length || length > SLA_CHALLENGE_MAX)
		return step_fail(f, FAULT_STATION, 11, "a challenge of %u bytes was announced",
				 length);
	f->brom.challenge_len = (uint8_t)length;
	return STEP_NEXT;
}

static enum verdict ask_challenge_bytes(struct flow *f, struct flow_action *a)
{
	(void)a;
	return rx_want(f, f->brom.challenge_len);
}

static enum verdict got_challenge(struct flow *f, struct slice rx)
{
	const struct flow_keys *keys = f->plan->keys;
	struct problem problem;
	size_t n;

	if (rx.n < f->want)
		return STEP_MORE;
	if (sla_answer(keys->sla, rx.p, rx.n, f->table, sizeof f->table, &n, &problem)) {
		/* Noted as the cause; the device still gets something to refuse. */
		step_refuse(f, 23, "SLA key %s: %.150s", keys->sla_name ? keys->sla_name : "file",
			    problem.why);
		memset(f->table, 0, NO_ANSWER);
		n = NO_ANSWER;
	}
	f->table_bytes = (uint32_t)n;
	return STEP_NEXT;
}

static enum verdict ask_answer_length(struct flow *f, struct flow_action *a)
{
	return brom_u32(f, a, f->table_bytes, 2);
}

static enum verdict got_status(struct flow *f, struct slice rx)
{
	enum verdict v = brom_echo(f, rx, f->want);
	uint16_t status;

	if (v != STEP_NEXT)
		return v;
	status = get_be16(rx.p + f->out_bytes);
	return brom_failed(status) ? brom_refused(f, status) : STEP_NEXT;
}

static enum verdict ask_answer(struct flow *f, struct flow_action *a)
{
	tx_lend(a, (struct slice){f->table, f->table_bytes});
	return rx_want(f, 2);
}

static enum verdict got_answer_status(struct flow *f, struct slice rx)
{
	uint16_t status;

	if (rx.n < f->want)
		return STEP_MORE;
	status = get_be16(rx.p);
	f->table_bytes = 0;
	if (brom_failed(status) || f->report.fault.family != FAULT_NONE)
		return brom_refused(f, status);
	return STEP_NEXT;
}

static const struct step answer_challenge[] = {
	{"", 5000, ask_challenge, got_challenge_status, NULL},
	{"", 5000, ask_challenge_length, got_challenge_length, NULL},
	{"", 5000, ask_challenge_bytes, got_challenge, NULL},
	{"", 5000, ask_answer_length, got_status, NULL},
	{"", FILE_MS, ask_answer, got_answer_status, NULL},
	{NULL, 0, NULL, NULL, NULL},
};

static enum verdict call_answer_challenge(struct flow *f, struct flow_action *a)
{
	(void)a;
	f->call = answer_challenge;
	return STEP_CALL;
}

/* Where registers may be written by authorised hosts only, the first try was refused. */
static enum verdict ask_watchdog(struct flow *f, struct flow_action *a)
{
	(void)a;
	if (!f->brom.watchdog_runs || !asks_for(f, BROM_CONFIG_WRITE))
		return STEP_NEXT;
	f->brom.address = f->chip->watchdog_addr;
	f->brom.value = f->chip->watchdog_value;
	f->brom.width = f->chip->watchdog_width;
	f->call = brom_write_register;
	return STEP_CALL;
}

const struct step brom_authorise[] = {
	{"certificate", 0, ask_cert, NULL, NULL},
	{"auth file", 0, ask_auth, NULL, NULL},
	{"challenge", 0, call_answer_challenge, NULL, NULL},
	{"watchdog", 0, ask_watchdog, NULL, NULL},
	{NULL, 0, NULL, NULL, NULL},
};
