/* status: the names of XFlash status words (protocol/da-xflash.md section 9). */
#ifndef ENGINE_XFLASH_STATUS_H
#define ENGINE_XFLASH_STATUS_H

#include <stdbool.h>
#include <stdint.h>

#define XFLASH_OK		0u
#define XFLASH_CONTINUE		0x40040004u
#define XFLASH_COMPLETE		0x40040005u
#define XFLASH_ABORT		0xC0010002u
#define XFLASH_UNSUPPORTED_CODE 0xC0010004u
#define XFLASH_PROTOCOL_ERROR	0xC0010005u
#define XFLASH_OVERFLOW		0xC0010006u
#define XFLASH_LIFE_EXHAUSTED	0xC003001Du
#define XFLASH_EMI_VERSION	0xC0040050u
#define XFLASH_NO_PARTITION	0xC0040006u
#define XFLASH_DRAM_TEST	0xC004000Au
#define XFLASH_EMI_COUNT	0xC0070005u

/* Bit 31 is failure; 0x4004xxxx is information. */
static inline bool xflash_failed(uint32_t status)
{
	return (status & 0x80000000u) != 0;
}

/* The vendor's name, "unlisted status" when nobody knows it. Static string. */
const char *xflash_status_name(uint32_t status);

#endif
