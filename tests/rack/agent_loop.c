/* The command loop of both stages: which opcodes each has (da-xflash.md 4.1 and 5). */
#include "tests/rack/agent.h"

#include "engine/base/bytes.h"

static const struct {
	uint32_t opcode;
	const char *name;
	bool first, second; /* which stage has it */
	void (*run)(struct device *d);
} table[] = {
	{0x010001, "download", false, true, agent_download},
	{0x010002, "upload", false, true, agent_upload},
	{0x010003, "format", false, true, agent_format},
	{0x010004, "write-data", false, true, agent_write_data},
	{0x010005, "read-data", true, true, agent_read_data},
	{0x010006, "format-partition", false, true, agent_format_partition},
	{0x010007, "shutdown", true, true, agent_shutdown},
	{0x010008, "boot-to", true, true, agent_boot_to},
	{0x010009, "control", true, true, agent_device_control},
	{0x01000A, "init-ext-ram", true, false, agent_init_ext_ram},
	{0x01000B, "switch-speed", true, true, agent_switch_speed},
	{0x01000C, "read-otp", false, true, agent_otp},
	{0x01000D, "write-otp", false, true, agent_otp},
	{0x01000E, "write-efuse", false, true, agent_write_efuse},
	{0x01000F, "read-efuse", false, true, agent_read_efuse},
	{0x010011, "sram-test", true, false, agent_sram_test},
};

static bool offers(const struct device *d, size_t i)
{
	if (d->stage == STAGE_AGENT2)
		return table[i].second;
	return table[i].first &&
	       !(d->config->agent == AGENT_2019 && table[i].run == agent_read_data);
}

static void got_opcode(struct device *d, uint32_t status, size_t n)
{
	uint32_t opcode;

	if (status) {
		agent_halt(d, "no opcode frame where one was expected");
		return;
	}
	opcode = n == 4 ? get_le32(d->agent->buffer) : 0;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		if (table[i].opcode != opcode || !offers(d, i))
			continue;
		if (table[i].run != agent_device_control) /* it names its sub-code */
			device_step(d, table[i].name, "begins");
		status = device_status(d, DA_OK);
		if (status) { /* only a fault makes an offered opcode fail */
			agent_end(d, status);
			return;
		}
		d->agent->working = true;
		agent_send_status(d, DA_OK);
		table[i].run(d);
		return;
	}
	device_log(d, "h>", "opcode 0x%06X: not in this stage", opcode);
	agent_send_status(d, DA_UNSUPPORT_CMD);
	agent_idle(d);
}

void agent_idle(struct device *d)
{
	d->agent->working = false;
	d->agent->write_left = 0;
	agent_release(d);
	agent_expect(d, 4, got_opcode);
}

void agent_end(struct device *d, uint32_t status)
{
	agent_send_status(d, status);
	if (d->flash.dirty)
		d->dirty = true;
	agent_idle(d);
}
