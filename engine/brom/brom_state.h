/* brom_state: what the boot ROM and preloader tables keep between two bytes. */
#ifndef ENGINE_BROM_BROM_STATE_H
#define ENGINE_BROM_BROM_STATE_H

#include <stdbool.h>
#include <stdint.h>

struct brom_state {
	/* start handshake (brom.md section 5) */
	uint8_t matched;  /* start bytes answered rightly, 0..4 */
	uint8_t readies;  /* READY texts since the last start byte */
	uint8_t wrong;	  /* wrong answers so far */
	uint8_t restarts; /* handshakes begun again because the first command failed */
	bool half_done;	  /* a boot ROM fell silent behind its first right answers, see connect.c */
	uint16_t silent;  /* start bytes without an answer */
	uint16_t drained; /* bytes thrown away since the last wrong answer */
	bool draining;
	uint32_t quiet_ms; /* of silence that end the draining */
	bool heard_any;	   /* the device sent something at all */
	bool was_running;  /* the command loop of an earlier session answered */

	/* register write in work */
	uint32_t address, value;
	uint8_t width;	    /* bits */
	uint8_t next_extra; /* of chip->extra_register_writes */
	bool refused;	    /* it was not done; `status` says why, 0: no answer */
	uint16_t status;

	uint8_t id_len; /* of ME-ID or SoC-ID, while it is read */

	bool watchdog_runs;    /* the write that stops it was not taken */
	uint8_t file;	       /* opcode of the file in work: certificate or auth file */
	uint8_t challenge_len; /* bytes; the answer to it waits in flow->table */
};

#endif
