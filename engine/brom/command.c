#include "engine/brom/command.h"

#include <string.h>

#include "engine/base/bytes.h"
#include "engine/brom/brom.h"

bool brom_may_send(uint8_t opcode)
{
	static const uint8_t allowed[] = {
		BROM_READ16_OLD, BROM_SEND_CERT,   BROM_SEND_AUTH,     BROM_SLA,
		BROM_WRITE16,	 BROM_WRITE32,	   BROM_JUMP_DA,       BROM_SEND_DA,
		BROM_JUMP_DA64,	 BROM_GET_ME_ID,   BROM_GET_SOC_ID,    BROM_GET_TARGET_CONFIG,
		BROM_GET_BL_VER, BROM_GET_HW_CODE, BROM_GET_HW_SW_VER, BROM_GET_BROM_VER,
	};

	return memchr(allowed, opcode, sizeof allowed) != NULL;
}

enum verdict brom_command(struct flow *f, struct flow_action *a, enum brom_opcode opcode, size_t n)
{
	uint8_t byte = (uint8_t)opcode;

	if (!brom_may_send(byte))
		return step_fail(f, FAULT_STATION, 90, "opcode %02X is not one this station sends",
				 byte);
	return brom_u8(f, a, byte, n - 1);
}

enum verdict brom_u32(struct flow *f, struct flow_action *a, uint32_t value, size_t n)
{
	uint8_t bytes[4];

	put_be32(bytes, value);
	tx_copy(f, a, bytes, sizeof bytes);
	return rx_want(f, sizeof bytes + n);
}

enum verdict brom_u16(struct flow *f, struct flow_action *a, uint16_t value, size_t n)
{
	uint8_t bytes[2];

	put_be16(bytes, value);
	tx_copy(f, a, bytes, sizeof bytes);
	return rx_want(f, sizeof bytes + n);
}

enum verdict brom_u8(struct flow *f, struct flow_action *a, uint8_t value, size_t n)
{
	tx_copy(f, a, &value, 1);
	return rx_want(f, 1 + n);
}

enum verdict brom_echo(struct flow *f, struct slice rx, size_t n)
{
	size_t sent = f->out_bytes;
	size_t common = rx.n < sent ? rx.n : sent;

	for (size_t i = 0; i < common; i++)
		if (rx.p[i] != f->out[i])
			return step_fail(
				f, FAULT_STATION, 11,
				"the device should repeat what it is sent (%zu bytes), but "
				"byte %zu came back as %02X, not %02X",
				sent, i, rx.p[i], f->out[i]);
	return rx.n < n ? STEP_MORE : STEP_NEXT;
}

enum verdict brom_refused(struct flow *f, uint16_t status)
{
	return step_fail(f, FAULT_BROM, status, "the device answered 0x%04X %s", status,
			 brom_status_name(status));
}

uint16_t brom_checksum(struct slice bytes)
{
	uint16_t sum = 0;
	size_t i;

	for (i = 0; i + 1 < bytes.n; i += 2)
		sum ^= get_le16(bytes.p + i);
	if (i < bytes.n)
		sum ^= bytes.p[i];
	return sum;
}
