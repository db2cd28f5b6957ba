/*
 * DEVICE_CTRL (da-xflash.md 1.1, 4.1, 5.1 to 5.3): sub-code, status, then parameters and data where
 * the sub-code has them, then the final status.
 */
#include "tests/rack/agent.h"

#include <string.h>

#include "engine/base/bytes.h"
#include "tests/rack/agent_info.h"

enum { MIB = 0x100000 };

/* ---- setters: one frame, one status ---- */

static void set_battery(struct device *d, const uint8_t *p, size_t n)
{
	device_log(d, "h>", "  battery option %u", n >= 4 ? get_le32(p) : 0);
}

static void set_checksum_level(struct device *d, const uint8_t *p, size_t n)
{
	d->agent->checksum_level = n >= 4 ? get_le32(p) : n ? p[0] : 0;
	device_log(d, "h>", "  checksum level %u", d->agent->checksum_level);
}

static void set_meta_mode(struct device *d, const uint8_t *p, size_t n)
{
	d->boot_mode = n && p[0] ? "meta" : NULL;
}

struct control {
	uint32_t code;
	const char *name;
	const char *stages; /* "1", "2", "12" */
	size_t limit;	    /* of a setter's payload; 0: getter or action */
	void (*set)(struct device *d, const uint8_t *p, size_t n);
	/* Getter or action: sends its data, if any, and returns the final status. */
	uint32_t (*get)(struct device *d);
	uint32_t set_status; /* final status of a setter */
};

static const struct control *find(const struct device *d, uint32_t code);

static void finish_setter(struct device *d, size_t n)
{
	const struct control *c = find(d, d->agent->control);
	uint32_t status = c->set_status;

	if (c->set)
		c->set(d, d->agent->buffer, n);
	if (c->code == 0x02000C) {
		if (d->agent->all_in_one_sig)
			status = DA_SIG_EXISTS;
		d->agent->all_in_one_sig = true;
	}
	agent_end(d, status);
}

static void got_setting(struct device *d, uint32_t status, size_t n)
{
	if (status)
		agent_end(d, status);
	else
		finish_setter(d, n);
}

/* REMOTE_SEC_POLICY: the owner's file, kept whole in a->big. */
static void got_policy(struct device *d, uint32_t status, size_t n)
{
	if (!status && !d->config->da_sla)
		status = DA_POLICY_DISABLED;
	else if (!status && !agent_unlock(d, d->agent->big, n))
		status = DA_SLA_REFUSED;
	agent_end(d, status);
}

static void expect_policy(struct device *d, size_t limit)
{
	if (agent_reserve(d, limit))
		agent_expect_to(d, d->agent->big, limit, got_policy);
	else
		agent_halt(d, "no memory on this machine");
}

/* ---- tests ---- */

static void got_register(struct device *d, uint32_t status, size_t n)
{
	uint8_t answer[8] = {0};

	if (status) {
		agent_end(d, status);
		return;
	}
	memcpy(answer, d->agent->buffer, n < 4 ? n : 4);
	agent_send(d, answer, sizeof answer);
	agent_end(d, DA_REG_PERMISSION); /* no register is in this build's list */
}

/* ---- actions ---- */

static uint32_t act_nothing(struct device *d)
{
	(void)d;
	return DA_OK;
}

static uint32_t act_no_sparse_erase(struct device *d)
{
	d->agent->keep_sparse_gaps = true;
	return DA_OK;
}

static uint32_t act_untold(struct device *d)
{
	(void)d;
	return DA_NOT_IMPLEMENTED;
}

static const struct control table[] = {
	{0x020002, "set-battery", "12", 4, set_battery, NULL, DA_OK},
	{0x020003, "set-checksum", "1", 4, set_checksum_level, NULL, DA_OK},
	{0x020004, "set-reset-key", "1", 4, NULL, NULL, DA_OK},
	{0x020006, "set-meta-mode", "2", 3, set_meta_mode, NULL, DA_OK},
	{0x020009, "set-register", "2", 8, NULL, NULL, DA_REG_PERMISSION},
	{0x02000A, "set-external-sig", "2", 2 * MIB, NULL, NULL, DA_OK},
	{0x02000B, "set-remote-sec", "2", 2 * MIB, NULL, NULL, DA_OK},
	{0x02000C, "set-all-in-one-sig", "2", 8 * MIB, NULL, NULL, DA_OK},
	{0x02000D, "set-rsc-info", "2", 328, NULL, NULL, DA_OK},
	{0x02000E, "set-reboot-mode", "2", 4, NULL, NULL, DA_OK},
	{0x020010, "set-update-fw", "2", 4 * MIB, NULL, NULL, DA_UNSUPPORT_OP},
	{0x020011, "set-ufs-config", "2", 16, NULL, NULL, DA_UNSUPPORT_OP},
	{0x040001, "get-emmc", "12", 0, NULL, tell_emmc, DA_OK},
	{0x040002, "get-nand", "2", 0, NULL, tell_nand, DA_OK},
	{0x040003, "get-nor", "2", 0, NULL, tell_nor, DA_OK},
	{0x040004, "get-ufs", "12", 0, NULL, tell_ufs, DA_OK},
	{0x040005, "get-da-version", "12", 0, NULL, tell_da_version, DA_OK},
	{0x040007, "get-packet-length", "12", 0, NULL, tell_packet_length, DA_OK},
	{0x040008, "get-random-id", "2", 0, NULL, tell_random_id, DA_OK},
	{0x040009, "get-table-kind", "12", 0, NULL, tell_table_kind, DA_OK},
	{0x04000A, "get-agent", "1", 0, NULL, tell_connection_agent, DA_OK},
	{0x04000B, "get-usb-speed", "12", 0, NULL, tell_usb_speed, DA_OK},
	{0x04000C, "get-ram", "12", 0, NULL, tell_ram, DA_OK},
	{0x04000D, "get-chip-id", "12", 0, NULL, tell_chip_id, DA_OK},
	{0x04000E, "get-otp-lock", "2", 0, NULL, NULL, DA_OK},
	{0x04000F, "get-battery", "2", 0, NULL, tell_battery, DA_OK},
	{0x040010, "get-rpmb", "12", 0, NULL, tell_rpmb, DA_OK},
	{0x040012, "get-dram-type", "2", 0, NULL, tell_dram_type, DA_OK},
	{0x040013, "get-fw-info", "2", 0, NULL, tell_fw, DA_OK},
	{0x040014, "get-hrid", "2", 0, NULL, tell_hrid, DA_OK},
	{0x040016, "get-sla-status", "2", 0, NULL, tell_sla_status, DA_OK},
	{0x040015, "get-error-detail", "12", 0, NULL, tell_error_detail, DA_OK},
	{0x080001, "start-dl-info", "2", 0, NULL, act_nothing, DA_OK},
	{0x080002, "end-dl-info", "2", 0, NULL, act_nothing, DA_OK},
	{0x080003, "lock-otp", "2", 0, NULL, act_untold, DA_OK},
	{0x080004, "disable-hwreset", "2", 0, NULL, act_nothing, DA_OK},
	{0x080005, "cc-optional", "2", 0, NULL, act_nothing, DA_OK},
	{0x080008, "disable-sparse-erase", "2", 0, NULL, act_no_sparse_erase, DA_OK},
	{0x080007, "life-cycle", "2", 0, NULL, tell_life_cycle, DA_OK},
	{0x0E0002, "ram-test", "1", 0, NULL, act_untold, DA_OK},
	{0x0E0003, "read-register", "2", 8, NULL, NULL, DA_OK},
};

/* What came and went with the years (da-xflash.md 4.1). */
static bool in_this_build(const struct device *d, uint32_t code, char stage)
{
	bool newest = d->config->agent == AGENT_2022;

	switch (code) {
	case 0x020010: /* late 2020 */
	case 0x020011:
	case 0x080008:
		return newest;
	case 0x040015:
		return stage == '2' || d->config->agent != AGENT_2019;
	case 0x040016: /* a locked agent can tell so */
		return newest || d->config->da_sla;
	default:
		return true;
	}
}

static const struct control *find(const struct device *d, uint32_t code)
{
	char stage = d->stage == STAGE_AGENT1 ? '1' : '2';

	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		if (table[i].code == code && strchr(table[i].stages, stage))
			return in_this_build(d, code, stage) ? &table[i] : NULL;
	}
	return NULL;
}

static void got_code(struct device *d, uint32_t status, size_t n)
{
	struct agent *a = d->agent;
	const struct control *c;

	if (status || n < 4) {
		agent_end(d, status ? status : (uint32_t)DA_PROTOCOL_ERR);
		return;
	}
	a->control = get_le32(a->buffer);
	c = find(d, a->control);
	if (!c) {
		device_step(d, "control", "0x%06X not offered", a->control);
		agent_end(d, DA_UNSUPPORT_CTRL);
		return;
	}
	device_step(d, c->name, "0x%06X", c->code);
	status = device_status(d, DA_OK);
	if (status) {
		agent_end(d, status);
		return;
	}
	agent_send_status(d, DA_OK);
	if (c->code == 0x0E0003)
		agent_expect(d, c->limit, got_register);
	else if (c->code == 0x02000B)
		expect_policy(d, c->limit);
	else if (c->limit > AGENT_BUFFER_BYTES)
		agent_expect_to(d, NULL, c->limit, got_setting);
	else if (c->limit)
		agent_expect(d, c->limit, got_setting);
	else if (c->get)
		agent_end(d, c->get(d));
	else
		agent_idle(d); /* OTP lock without an OTP area: nothing more is sent */
}

void agent_device_control(struct device *d)
{
	agent_expect(d, 4, got_code);
}
