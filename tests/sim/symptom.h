/*
 * symptom: one row of protocol/symptoms.md as a line is put into that state, and what the operator
 * must be told.
 */
#ifndef TESTS_SIM_SYMPTOM_H
#define TESTS_SIM_SYMPTOM_H

#include "tests/sim/sim.h"

#define SYMPTOM_ARGS_MAX 14

struct symptom {
	const char *name;
	const char *sample[SYMPTOM_ARGS_MAX]; /* package; none: MT6765, eMMC */
	const char *rack[SYMPTOM_ARGS_MAX];   /* one device */
	const char *config;		      /* more of the station's settings, JSON; NULL none */
	const char *profile; /* JSON; NULL: only verified by the agent's checksum */
	const char *order;   /* ",\"operation\":..." more of the order; NULL none */
	const char *state;   /* of the slot, at the end */
	const char *code;
	const char *step;     /* how error.step begins; NULL: there was no run */
	const char *words[4]; /* each stands in error.what */
	bool untouched;	      /* not a byte was written or erased */
	bool bare;	      /* a device without partition table and own data */
};

#define SYMPTOM_SMALL "--size", "1", "--compact"
#define SYMPTOM_EMMC  "--storage", "emmc:96M"

/* Start rack and station, open the order, plug the device in. */
void symptom_begin(struct sim *s, const struct symptom *row);
/* Wait for the state; check code, meaning, actions, step, words, and the untouched storage. */
void symptom_expect(struct sim *s, const struct symptom *row);

#endif
