/* words: what an agent's failure texts mean (the match keys of family "xml" in errors.json). */
#ifndef ENGINE_XML_WORDS_H
#define ENGINE_XML_WORDS_H

#include <stdint.h>

#include "engine/base/fault.h"

/* nnn of the catalogue's XML-nnn, for those that are used by name. */
enum xml_fault {
	XML_FAULT_UNSUPPORTED = 1,
	XML_FAULT_CANCEL = 2,
	XML_FAULT_OTHER = 3,
	XML_FAULT_LOCKED = 5,
	XML_FAULT_HASH = 8,
	XML_FAULT_INIT = 28,
	XML_FAULT_OUT_OF_STEP = 29,
	XML_FAULT_FRAME = 30,
	XML_FAULT_NO_END = 31,
};

/* Status words of da-xflash.md section 9 that mean the same here. */
#define STATUS_CHECKSUM	    0xC0040003u
#define STATUS_NO_STORAGE   0xC0040009u
#define STATUS_DRAM_TEST    0xC004000Au
#define STATUS_EMI_VERSION  0xC0040050u
#define STATUS_DA2_MISMATCH 0xC0070004u

/*
 * Family and code for the text of an END ERR: a listed phrase, else a status word of da-xflash.md
 * section 9 that the text holds, else XML-`otherwise`.
 */
enum fault_family words_meaning(const char *text, uint32_t otherwise, uint32_t *code);

#endif
