/*
 * DA1's opening (da-xflash.md section 3): SYNC, SETUP_ENVIRONMENT, SETUP_HW_INIT_PARAMS, its own
 * SYNC. None of the opcodes is answered; each parameter group gets one status. Whatever goes wrong
 * here stops the agent for good: at SYNC silently, later after one status.
 */
#include "tests/rack/agent.h"

#include "engine/base/bytes.h"

enum { INIT_MS = 30, ENVIRONMENT_BYTES = 20, HW_BLOCK_MAX = 64 };
enum { OP_SETUP_ENVIRONMENT = 0x010100, OP_SETUP_HW_INIT = 0x010101, SYNC = 0x434E5953 };

static uint32_t word(const struct device *d)
{
	return get_le32(d->agent->buffer);
}

static void ready(struct device *d)
{
	device_log(d, "d>", "SYNC: first stage ready");
	agent_send_u32(d, SYNC);
	agent_idle(d);
}

static void stop(struct device *d, uint32_t status, const char *why)
{
	agent_send_status(d, status);
	agent_halt(d, why);
}

static void hw_blocks_done(struct device *d)
{
	agent_send_status(d, DA_OK);
	device_after(d, TIMER_WORK, INIT_MS, ready);
}

static void got_hw_block_length(struct device *d, uint32_t status, size_t n);

static void got_hw_block(struct device *d, uint32_t status, size_t n)
{
	(void)n;
	if (status) {
		stop(d, status, "hardware parameters");
		return;
	}
	if (--d->agent->blocks)
		agent_expect(d, 4, got_hw_block_length);
	else
		hw_blocks_done(d);
}

static void got_hw_block_length(struct device *d, uint32_t status, size_t n)
{
	if (status || n < 1) {
		stop(d, status ? status : (uint32_t)DA_PROTOCOL_ERR, "hardware parameters");
		return;
	}
	agent_expect(d, HW_BLOCK_MAX, got_hw_block);
}

static void got_hw_count(struct device *d, uint32_t status, size_t n)
{
	if (status || n < 1) {
		stop(d, status ? status : (uint32_t)DA_PROTOCOL_ERR, "hardware parameters");
		return;
	}
	d->agent->blocks = d->agent->buffer[0];
	device_step(d, "hw-init", "%u blocks", d->agent->blocks);
	if (d->agent->blocks)
		agent_expect(d, 4, got_hw_block_length);
	else
		hw_blocks_done(d);
}

static void got_hw_opcode(struct device *d, uint32_t status, size_t n)
{
	if (status || n < 4 || word(d) != OP_SETUP_HW_INIT) {
		stop(d, DA_OK, "SETUP_HW_INIT_PARAMS was expected");
		return;
	}
	agent_expect(d, 4, got_hw_count);
}

static void got_environment(struct device *d, uint32_t status, size_t n)
{
	struct agent *a = d->agent;
	uint32_t channel = n >= 8 ? get_le32(a->buffer + 4) : 0;

	if (status) {
		stop(d, status, "environment");
		return;
	}
	a->system_os = n >= 12 ? get_le32(a->buffer + 8) : 0; /* shorter blocks are taken */
	a->log_usb = channel & 2;
	device_step(d, "setup-env", "level %u channel %u os %u", n >= 4 ? word(d) : 0, channel,
		    a->system_os);
	agent_send_status(d, DA_OK);
	agent_expect(d, 4, got_hw_opcode);
}

static void got_env_opcode(struct device *d, uint32_t status, size_t n)
{
	if (status || n < 4 || word(d) != OP_SETUP_ENVIRONMENT) {
		stop(d, DA_OK, "SETUP_ENVIRONMENT was expected");
		return;
	}
	agent_expect(d, ENVIRONMENT_BYTES, got_environment);
}

static void got_sync(struct device *d, uint32_t status, size_t n)
{
	if (status || n < 4 || word(d) != SYNC) {
		agent_halt(d, "SYNC was expected");
		return;
	}
	device_step(d, "sync", "first stage");
	agent_expect(d, 4, got_env_opcode);
}

void agent_sync(struct device *d)
{
	agent_expect(d, 4, got_sync);
}
