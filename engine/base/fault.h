/*
 * fault: why a run ended without passing. A value, carried up to the place that can act on it.
 *
 * `family` and `code` find the entry of the error catalogue (engine/catalogue), which holds the
 * meaning, the likely causes and the operator's action; `what` says what was seen this time.
 */
#ifndef ENGINE_BASE_FAULT_H
#define ENGINE_BASE_FAULT_H

#include <stdbool.h>
#include <stdint.h>

enum fault_family {
	FAULT_NONE,
	FAULT_STATION,	 /* "ST-nnn": code is nnn */
	FAULT_BROM,	 /* 16-bit status words of boot ROM and preloader */
	FAULT_LEGACY_DA, /* legacy agents */
	FAULT_XFLASH,	 /* 32-bit status of XFlash agents, 0xC00xxxxx */
	FAULT_XML,	 /* XML agents: code is nnn of "XML-nnn" */
	FAULT_FLASHTOOL, /* SP Flash Tool's decimal numbers */
};

struct fault {
	enum fault_family family; /* FAULT_NONE: no fault */
	uint32_t code;
	bool refused;	/* a refusal of the station before anything was written */
	char step[32];	/* phase and step it happened in, e.g. "write: packet" */
	char what[224]; /* one sentence: expected and found, with numbers */
};

/* Fill `f` unless it already holds an earlier fault: the first cause is the one to report. */
__attribute__((format(printf, 5, 6))) void fault_set(struct fault *f, enum fault_family family,
						     uint32_t code, const char *step,
						     const char *format, ...);

#endif
