/*
 * rig: a test bench for one virtual device, in-process: a host that submits urbs and a clock that
 * only moves when the test says so. It is no client of the station's code, and has none of its
 * tolerance: what it sends is written out, what it expects is exact.
 */
#ifndef RACK_RIG_H
#define RACK_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/rack/agent.h"
#include "tests/rack/boot.h"
#include "tests/rack/device.h"

#define RIG_PENDING    1 /* the device keeps the urb (NAK) */
#define RIG_DA1_BYTES  0x2100
#define RIG_DA1_SIG    0x100
#define RIG_DA2_BYTES  0x5000
#define RIG_USER_BYTES (64u << 20)

struct rig {
	struct urb_owner owner; /* first */
	struct rack_config config;
	struct journal journal;
	struct device d;
	uint64_t now_us;
	uint32_t seq;
	char dir[64];
	struct urb_list done;
	uint8_t surplus[4096]; /* bytes read and not asked for yet */
	size_t surplus_n;
	uint8_t da1[RIG_DA1_BYTES], da2[RIG_DA2_BYTES];
};

/* A rig with defaults; change rig->config, then rig_plug(). */
struct rig *rig_new(void);
void rig_free(struct rig *rig);
/* The same as cmocka wants them: the state of a test is its rig. */
int rig_setup(void **state);
int rig_teardown(void **state);
#define RIG_TEST(f) cmocka_unit_test_setup_teardown(f, rig_setup, rig_teardown)
/* The size of the user region, before rig_plug(). */
void rig_storage(struct rig *rig, enum storage_kind kind);
/* What the chip must hold there (flash.h). */
void rig_expect_stored(struct rig *rig, enum storage_region region, uint64_t at, const void *wanted,
		       size_t n);
/* Open the storage, plug in; the host has attached, but sent nothing. */
void rig_insert(struct rig *rig);
/* rig_insert() and the usual opening: SET_CONFIGURATION, SET_LINE_CODING. */
void rig_plug(struct rig *rig);
void rig_fault(struct rig *rig, const char *spec);

/* ---- raw traffic ---- */
void rig_advance(struct rig *rig, unsigned ms);
int rig_control(struct rig *rig, uint8_t type, uint8_t request, uint16_t value, uint16_t length,
		uint8_t *data, uint32_t *actual);
uint32_t rig_submit(struct rig *rig, bool in, const void *bytes, uint32_t n); /* its seq */
struct urb *rig_take_done(struct rig *rig, uint32_t seq);  /* NULL: still pending */
int rig_out(struct rig *rig, const void *bytes, size_t n); /* status, or RIG_PENDING */
/* One IN transfer of at most `n` bytes; waits up to `ms`. Bytes, or -1 when nothing came. */
int rig_in(struct rig *rig, void *to, size_t n, unsigned ms);

/* ---- byte streams; failing ends the test ---- */
void rig_send(struct rig *rig, const char *hex);
void rig_expect(struct rig *rig, const char *hex);
void rig_read(struct rig *rig, void *to, size_t n);
void rig_expect_silence(struct rig *rig, unsigned ms);
size_t rig_hex(const char *hex, uint8_t *to, size_t room); /* bytes */

/* ---- boot ROM and preloader ---- */
void rig_wake(struct rig *rig);
void rig_send_da(struct rig *rig, const uint8_t *da, uint32_t n, uint32_t sig); /* all good */
void rig_jump(struct rig *rig);							/* up to C0 */

/* ---- agents ---- */
void rig_frame(struct rig *rig, const void *payload, size_t n);
void rig_word(struct rig *rig, uint32_t v);		/* a frame of four bytes */
size_t rig_get(struct rig *rig, void *to, size_t room); /* payload of the next flow frame */
uint32_t rig_get_word(struct rig *rig);
void rig_status(struct rig *rig, uint32_t expected);
void rig_opcode(struct rig *rig, uint32_t opcode);			/* and its status 0 */
void rig_control_code(struct rig *rig, uint32_t code, uint32_t status); /* DEVICE_CTRL */
void rig_set(struct rig *rig, uint32_t code, uint32_t value);
void rig_agent1(struct rig *rig); /* plug ... DA1's SYNC */
void rig_agent2(struct rig *rig); /* ... DA2's SYNC */
void rig_emi(struct rig *rig, unsigned version, uint32_t expected);
void rig_boot_to(struct rig *rig, const uint8_t *da2, size_t n, uint32_t expected);
/* Parameter block of eMMC user, or what is given. */
void rig_block(struct rig *rig, uint32_t storage, uint32_t section, uint64_t at, uint64_t n);
uint32_t rig_sum(const uint8_t *bytes, size_t n);
void rig_packet(struct rig *rig, const uint8_t *bytes, size_t n); /* three frames, no status read */
void rig_download(struct rig *rig, const char *name, uint64_t bytes, uint32_t check);
/* A table of `count` partitions "p0" ... of 1 MiB from 1 MiB on, "lk" as the last. */
void rig_table(struct rig *rig, unsigned count);

/*
 * Play a transcript: lines "H> ..." (host sends) and "D> ..." (device must send), in hex. "F(n)" is
 * a frame header of length n, "Z(n)" n zeros, "S0" a status frame 0, "|" begins another transfer,
 * text behind "#" is a comment. Other lines are ignored.
 */
void rig_play(struct rig *rig, const char *transcript);

#endif
