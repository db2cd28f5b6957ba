/* xflash_state: what the XFlash tables keep between two frames. */
#ifndef ENGINE_XFLASH_XFLASH_STATE_H
#define ENGINE_XFLASH_XFLASH_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/base/slice.h"
#include "engine/flow/agent_lock.h"
#include "engine/xflash/frame.h"

struct xflash_state {
	struct frame_reader in;
	uint8_t stage;	   /* frames of the step already taken */
	bool short_status; /* this agent has sent one of two bytes */

	/* device control in work (da-xflash.md 1.1) */
	uint32_t code;
	uint32_t value;	     /* parameter of a setter */
	bool set;	     /* has a parameter */
	bool send;	     /* its parameter is `block`, or `answer` when that is empty */
	struct slice block;  /* borrowed */
	bool get;	     /* has data */
	bool optional;	     /* an agent without it is fine */
	bool offered;	     /* result: the agent knows it */
	uint32_t status;     /* last status frame */
	uint32_t data_bytes; /* result of a getter, kept while its final status is read */
	uint8_t data[FRAME_BODY_MAX];

	uint32_t error;	   /* status that a data phase ended with before its final status */
	uint64_t packet;   /* bytes in the packet or chunk that is out */
	bool physical;	   /* NAND: addresses count bad blocks, too */
	bool mirror;	   /* NAND: the second copy of the table is being read */
	bool switched_usb; /* the speed switch has been tried */
	uint16_t answer_n; /* of a signed challenge */
	uint8_t answer[AGENT_LOCK_ANSWER_MAX];
};

#endif
