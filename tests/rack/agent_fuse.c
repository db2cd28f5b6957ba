/*
 * OTP, eFuse and the SRAM test (da-xflash.md 6.9). No virtual device has an OTP area, and none can
 * be fused: what is not documented answers an error after its parameters, and changes nothing.
 */
#include "tests/rack/agent.h"

#include <stdlib.h>

enum { EFUSE_REQUEST = 0xF8, EFUSE_RESULT = 0x403C, PARAMETERS_MAX = 0x8000 };

static void got_otp(struct device *d, uint32_t status, size_t n)
{
	(void)n;
	agent_end(d, status ? status : (uint32_t)DA_OTP_NOT_SUPPORT);
}

void agent_otp(struct device *d)
{
	agent_expect(d, 8, got_otp);
}

static void got_efuse_write(struct device *d, uint32_t status, size_t n)
{
	(void)n;
	device_log(d, "--", "a host asked to blow fuses: refused");
	agent_end(d, status ? status : (uint32_t)DA_EFUSE_INVALID_ARGUMENT);
}

void agent_write_efuse(struct device *d)
{
	agent_expect(d, PARAMETERS_MAX, got_efuse_write);
}

static void got_efuse_end(struct device *d, uint32_t status, size_t n)
{
	(void)n;
	agent_end(d, status);
}

static void got_efuse_read(struct device *d, uint32_t status, size_t n)
{
	uint8_t *result;

	(void)n;
	if (status) {
		agent_end(d, status);
		return;
	}
	agent_send_status(d, DA_OK);
	result = calloc(1, EFUSE_RESULT); /* all fuses whole */
	if (!result) {
		agent_halt(d, "no memory on this machine");
		return;
	}
	agent_send_big(d, result, EFUSE_RESULT);
	agent_expect(d, 4, got_efuse_end);
}

void agent_read_efuse(struct device *d)
{
	agent_expect(d, EFUSE_REQUEST, got_efuse_read);
}

void agent_sram_test(struct device *d)
{
	agent_end(d, DA_NOT_IMPLEMENTED);
}
