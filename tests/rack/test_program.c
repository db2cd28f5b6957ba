/*
 * The program itself: command line, USB/IP over a real unix socket, ctl, and the state it leaves.
 * The simulator runs as a child process, as everybody else runs it.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

#include "engine/base/bytes.h"
#include "tests/rack/usbip.h"

#define SCATTER TEST_DATA "/scatter/MT6765_k65v1_64_bsp_2.txt"

struct bench {
	char dir[64], socket[96], state[96];
	pid_t rack;
};

static int setup(void **state)
{
	struct bench *b = calloc(1, sizeof *b);

	assert_non_null(b);
	snprintf(b->dir, sizeof b->dir, "/tmp/rack-program-XXXXXX");
	assert_non_null(mkdtemp(b->dir));
	snprintf(b->socket, sizeof b->socket, "%s/usbip.sock", b->dir);
	snprintf(b->state, sizeof b->state, "%s/state", b->dir);
	*state = b;
	return 0;
}

static int stop_rack(struct bench *b, int signal_number)
{
	int status = 0;

	if (!b->rack)
		return 0;
	kill(b->rack, signal_number);
	waitpid(b->rack, &status, 0);
	b->rack = 0;
	return status;
}

static int teardown(void **state)
{
	struct bench *b = *state;
	char command[160];

	stop_rack(b, SIGTERM);
	snprintf(command, sizeof command, "rm -rf '%s'", b->dir);
	assert_int_equal(system(command), 0);
	free(b);
	return 0;
}

/* Run the program with a shell's words behind it; exit status, output in `out`. */
static int run(const char *words, char *out, size_t room)
{
	char command[1024];
	size_t n;
	FILE *f;

	snprintf(command, sizeof command, "%s %s 2>&1", RACK_PROGRAM, words);
	f = popen(command, "r");
	assert_non_null(f);
	n = fread(out, 1, room - 1, f);
	out[n] = '\0';
	return WEXITSTATUS(pclose(f));
}

static void start(struct bench *b, const char *more)
{
	char command[1024];
	char ready[7] = "";
	int pipe_fd[2];

	snprintf(command, sizeof command, "exec %s --attach unix:%s --state %s %s", RACK_PROGRAM,
		 b->socket, b->state, more);
	assert_int_equal(pipe(pipe_fd), 0);
	b->rack = fork();
	assert_int_not_equal(b->rack, -1);
	if (!b->rack) {
		dup2(pipe_fd[1], 1);
		close(pipe_fd[0]);
		execl("/bin/sh", "sh", "-c", command, NULL);
		_exit(127);
	}
	close(pipe_fd[1]);
	assert_int_equal(read(pipe_fd[0], ready, 6), 6);
	assert_string_equal(ready, "ready\n");
	close(pipe_fd[0]);
}

static int ctl(struct bench *b, const char *words, char *out, size_t room)
{
	char line[256];

	snprintf(line, sizeof line, "ctl --state %s %s", b->state, words);
	return run(line, out, room);
}

/* ---- a USB/IP client ---- */

static int dial(struct bench *b)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct timeval patience = {.tv_sec = 10};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(address.sun_path, sizeof address.sun_path, "%s", b->socket);
	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	return fd;
}

static void receive(int fd, void *to, size_t n)
{
	uint8_t *p = to;

	while (n) {
		ssize_t got = recv(fd, p, n, 0);

		assert_true(got > 0);
		p += got;
		n -= (size_t)got;
	}
}

static void expect_end(int fd)
{
	uint8_t byte;

	assert_int_equal(recv(fd, &byte, 1, 0), 0);
}

static unsigned list(struct bench *b, uint8_t *devices, size_t room)
{
	uint8_t request[8] = {0x01, 0x11, 0x80, 0x05}, head[12];
	int fd = dial(b);
	unsigned n;

	assert_int_equal(send(fd, request, 3, 0), 3); /* in two pieces */
	assert_int_equal(send(fd, request + 3, 5, 0), 5);
	receive(fd, head, sizeof head);
	assert_memory_equal(head, "\x01\x11\x00\x05\0\0\0\0", 8);
	n = get_be32(head + 8);
	assert_true(n * 320 <= room);
	receive(fd, devices, n * 320);
	expect_end(fd);
	close(fd);
	return n;
}

static uint32_t import(struct bench *b, const char *busid, int *to, uint8_t device[312])
{
	uint8_t request[40] = {0x01, 0x11, 0x80, 0x03}, head[8];
	int fd = dial(b);

	memcpy(request + 8, busid, strlen(busid));
	assert_int_equal(send(fd, request, sizeof request, 0), sizeof request);
	receive(fd, head, sizeof head);
	assert_memory_equal(head, "\x01\x11\x00\x03", 4);
	if (get_be32(head + 4)) {
		expect_end(fd);
		close(fd);
		return get_be32(head + 4);
	}
	receive(fd, device, 312);
	*to = fd;
	return 0;
}

static void submit(int fd, uint32_t seq, uint32_t ep, bool in, const void *data, uint32_t n,
		   const uint8_t *eight)
{
	uint8_t h[48] = {0};

	put_be32(h, 1);
	put_be32(h + 4, seq);
	put_be32(h + 8, 1 << 16 | 2);
	put_be32(h + 12, in);
	put_be32(h + 16, ep);
	put_be32(h + 24, n);
	put_be32(h + 32, 0xFFFFFFFF);
	if (eight)
		memcpy(h + 40, eight, 8);
	assert_int_equal(send(fd, h, sizeof h, MSG_NOSIGNAL), sizeof h);
	if (!in && n)
		assert_int_equal(send(fd, data, n, MSG_NOSIGNAL), n);
}

/* The next answer: its status, `n` bytes of data with an IN. */
static int32_t reap(int fd, uint32_t command, uint32_t seq, uint32_t *n)
{
	uint8_t h[48];

	receive(fd, h, sizeof h);
	assert_int_equal(get_be32(h), command);
	assert_int_equal(get_be32(h + 4), seq);
	if (n)
		*n = get_be32(h + 24);
	return (int32_t)get_be32(h + 20);
}

static void unlink_request(int fd, uint32_t seq, uint32_t victim)
{
	uint8_t h[48] = {0};

	put_be32(h, 2);
	put_be32(h + 4, seq);
	put_be32(h + 20, victim);
	assert_int_equal(send(fd, h, sizeof h, MSG_NOSIGNAL), sizeof h);
}

static void set_configuration(int fd, uint32_t seq)
{
	static const uint8_t eight[8] = {0x00, 9, 1, 0, 0, 0, 0, 0};

	submit(fd, seq, 0, false, NULL, 0, eight);
	assert_int_equal(reap(fd, 3, seq, NULL), 0);
}

/* ---- tests ---- */

static void device_list_is_exact(void **state)
{
	struct bench *b = *state;
	static uint8_t devices[3 * 320];

	start(b, "--devices 3");
	assert_int_equal(list(b, devices, sizeof devices), 3);
	for (unsigned i = 0; i < 3; i++) {
		const uint8_t *d = devices + i * 320;
		char busid[8];

		snprintf(busid, sizeof busid, "1-%u", i + 1);
		assert_string_equal((const char *)d + 256, busid);
		assert_int_equal(get_be32(d + 288), 1);
		assert_int_equal(get_be32(d + 292), i + 2);
		assert_int_equal(get_be32(d + 296), 3);
		assert_memory_equal(d + 300, "\x0E\x8D\x20\x00\x01\x00\x02\x00\x00\x00\x01\x02",
				    12);
		assert_memory_equal(d + 312, "\x0A\x00\x00\x00\x02\x02\x01\x00", 8);
	}
}

static void import_gives_the_device_once(void **state)
{
	struct bench *b = *state;
	uint8_t device[312];
	int first = -1, second = -1;

	start(b, "--devices 2 --boot brom");
	assert_int_equal(import(b, "1-1", &first, device), 0);
	assert_memory_equal(device + 300, "\x0E\x8D\x00\x03", 4);
	assert_int_equal(get_be32(device + 296), 2);
	assert_int_equal(import(b, "1-1", &second, device), 2); /* busy */
	assert_int_equal(import(b, "1-3", &second, device), 4);
	assert_int_equal(import(b, "2-1", &second, device), 4);
	assert_int_equal(import(b, "1-2", &second, device), 0); /* another client, another device */
	close(first);
	/* the cable of the first is out and in again */
	assert_int_equal(import(b, "1-1", &first, device), 0);
	close(first);
	close(second);
}

static void requests_and_answers(void **state)
{
	static const uint8_t get_device[8] = {0x80, 6, 0, 1, 0, 0, 18, 0};
	static const uint8_t set_interface[8] = {1, 11, 0, 0, 0, 0, 0, 0};
	struct bench *b = *state;
	uint8_t device[312], data[64];
	uint32_t n;
	int fd = -1;

	start(b, "--boot brom");
	assert_int_equal(import(b, "1-1", &fd, device), 0);
	submit(fd, 1, 0, true, NULL, 18, get_device);
	assert_int_equal(reap(fd, 3, 1, &n), 0);
	assert_int_equal(n, 18);
	receive(fd, data, n);
	assert_int_equal(data[8], 0x8D);
	submit(fd, 2, 0, false, NULL, 0, set_interface);
	assert_int_equal(reap(fd, 3, 2, &n), -EPIPE);
	set_configuration(fd, 3);
	submit(fd, 4, 1, true, NULL, 64, NULL); /* waits */
	submit(fd, 5, 1, false, "\xA0", 1, NULL);
	assert_int_equal(reap(fd, 3, 5, &n), 0);
	assert_int_equal(n, 1);
	assert_int_equal(reap(fd, 3, 4, &n), 0);
	assert_int_equal(n, 1);
	receive(fd, data, 1);
	assert_int_equal(data[0], 0x5F);
	close(fd);
}

static void unlink_of_pending_and_done(void **state)
{
	struct bench *b = *state;
	uint8_t device[312], data[4];
	uint32_t n;
	int fd = -1;

	start(b, "--boot brom");
	assert_int_equal(import(b, "1-1", &fd, device), 0);
	set_configuration(fd, 1);
	submit(fd, 2, 1, true, NULL, 64, NULL);
	unlink_request(fd, 3, 2);
	assert_int_equal(reap(fd, 4, 3, NULL), -ECONNRESET);
	submit(fd, 4, 1, false, "\xA0", 1, NULL);
	assert_int_equal(reap(fd, 3, 4, &n), 0); /* and no answer to 2 in between */
	unlink_request(fd, 5, 4);
	assert_int_equal(reap(fd, 4, 5, NULL), 0);
	submit(fd, 6, 1, true, NULL, 64, NULL);
	assert_int_equal(reap(fd, 3, 6, &n), 0);
	receive(fd, data, n);
	assert_int_equal(data[0], 0x5F);
	close(fd);
}

static void garbage_ends_the_connection_only(void **state)
{
	struct bench *b = *state;
	uint8_t junk[256], device[312], devices[320];
	int fd = -1;

	start(b, "--boot brom");
	memset(junk, 0x41, sizeof junk);
	fd = dial(b);
	assert_int_equal(send(fd, junk, sizeof junk, 0), sizeof junk);
	while (recv(fd, junk, sizeof junk, 0) > 0)
		continue;
	close(fd);
	assert_int_equal(import(b, "1-1", &fd, device), 0);
	memset(junk, 0x41, sizeof junk);
	assert_int_equal(send(fd, junk, 48, 0), 48);
	expect_end(fd);
	close(fd);
	assert_int_equal(list(b, devices, sizeof devices), 1);
}

static void ctl_unplugs_and_replugs(void **state)
{
	struct bench *b = *state;
	uint8_t device[312], devices[2 * 320];
	char out[512];
	int fd = -1;

	start(b, "--devices 2 --boot brom");
	assert_int_equal(import(b, "1-2", &fd, device), 0);
	assert_int_equal(ctl(b, "unplug 1", out, sizeof out), 0);
	expect_end(fd);
	close(fd);
	assert_int_equal(list(b, devices, sizeof devices), 1);
	assert_int_equal(import(b, "1-2", &fd, device), 4);
	assert_int_equal(ctl(b, "status", out, sizeof out), 0);
	assert_non_null(strstr(out, "0 1-1 brom present free last-boot none\n"));
	assert_non_null(strstr(out, "1 1-2 off absent free last-boot none\n"));
	assert_int_equal(ctl(b, "replug 1-2", out, sizeof out), 0);
	usleep(500000);
	assert_int_equal(list(b, devices, sizeof devices), 2);
	assert_int_equal(ctl(b, "unplug all", out, sizeof out), 0);
	assert_int_equal(list(b, devices, sizeof devices), 0);
	assert_int_equal(ctl(b, "replug 7", out, sizeof out), 1);
	assert_non_null(strstr(out, "no such slot"));
}

static void ctl_without_a_rack(void **state)
{
	char out[512];

	assert_int_equal(ctl(*state, "status", out, sizeof out), 1);
	assert_non_null(strstr(out, "flashrack-rack: control, ctl: no rack runs on"));
}

/* The last two bytes of LBA 0 on a device made with these options. */
static unsigned end_of_lba0(struct bench *b, const char *options)
{
	char path[160];
	uint8_t end[2];
	int fd;

	start(b, options);
	snprintf(path, sizeof path, "%s/0/user.img", b->state);
	fd = open(path, O_RDONLY);
	assert_int_equal(pread(fd, end, sizeof end, 0x1FE), 2);
	close(fd);
	assert_int_equal(stop_rack(b, SIGTERM), 0);
	snprintf(path, sizeof path, "rm -r '%s'", b->state);
	assert_int_equal(system(path), 0);
	return get_le16(end);
}

static void protective_mbr_unless_told(void **state)
{
	assert_int_equal(end_of_lba0(*state, "--layout " SCATTER), 0xAA55);
	assert_int_equal(end_of_lba0(*state, "--layout-no-mbr --layout " SCATTER), 0);
	assert_int_equal(end_of_lba0(*state, "--layout-blank --layout " SCATTER), 0);
}

static void state_is_kept(void **state)
{
	struct bench *b = *state;
	char path[160], line[256], me_id[64] = "", again[64] = "", out[512];
	struct stat st;
	FILE *f;
	int fd = -1;

	for (int round = 0; round < 2; round++) {
		start(b, round ? "--seed 99 --layout " SCATTER : "--seed 5 --layout " SCATTER);
		snprintf(path, sizeof path, "%s/0/device.json", b->state);
		f = fopen(path, "r");
		assert_non_null(f);
		while (fgets(line, sizeof line, f))
			sscanf(line, " \"me_id\": \"%32[0-9a-f]\"", round ? again : me_id);
		fclose(f);
		assert_int_equal(strlen(me_id), 32);
		snprintf(path, sizeof path, "%s/0/user.img", b->state);
		fd = open(path, O_RDWR);
		assert_int_equal(fstat(fd, &st), 0);
		assert_int_equal(st.st_size, UINT64_C(8) << 30);
		assert_true(st.st_blocks * 512 < 1 << 20); /* sparse */
		if (round) {
			assert_int_equal(pread(fd, line, 4, 0x400000), 4);
			assert_memory_equal(line, "mine", 4);
		}
		assert_int_equal(pread(fd, line, 8, 512), 8);
		assert_memory_equal(line, "EFI PART", 8);
		assert_int_equal(pwrite(fd, "mine", 4, 0x400000), 4);
		close(fd);
		assert_int_equal(stop_rack(b, SIGTERM), 0);
	}
	assert_string_equal(me_id, again);
	snprintf(line, sizeof line, "--attach unix:%s --state %s --storage emmc:4G", b->socket,
		 b->state);
	assert_int_equal(run(line, out, sizeof out), 1);
	assert_non_null(strstr(out, "has 8589934592 bytes, not 4294967296"));
	snprintf(line, sizeof line, "--attach unix:%s --state %s --chip MT6771", b->socket,
		 b->state);
	assert_int_equal(run(line, out, sizeof out), 1);
	assert_non_null(strstr(out, "is a MT6765, not a MT6771"));
}

static void killed_rack_can_be_started_again(void **state)
{
	struct bench *b = *state;
	char line[256], out[512];

	start(b, "");
	snprintf(line, sizeof line, "--attach unix:%s --state %s", b->socket, b->state);
	assert_int_equal(run(line, out, sizeof out), 1); /* one rack on a state directory */
	assert_non_null(strstr(out, "stop the other rack"));
	stop_rack(b, SIGKILL);
	start(b, "");
}

static void help_and_version(void **state)
{
	char out[8192];

	(void)state;
	assert_int_equal(run("--help", out, sizeof out), 0);
	assert_non_null(strstr(out, "usage: flashrack-rack"));
	assert_int_equal(run("--version", out, sizeof out), 0);
	assert_memory_equal(out, "flashrack-rack 0.", 17);
}

static void wrong_usage_is_one_clear_line(void **state)
{
	static const struct {
		const char *words, *say;
	} table[] = {
		{"", "--attach: it is missing"},
		{"--attach vhci", "--state: it is missing"},
		{"--attach tcp:1 --state x", "\"tcp:1\" is neither"},
		{"--attach unix: --state x", "is neither"},
		{"--attach vhci --state x extra", "\"extra\" is no option"},
		{"--bogus", "\"--bogus\" is unknown"},
		{"--devices 0", "\"0\" is no number from 1 to"},
		{"--devices 241", "\"241\" is no number"},
		{"--devices -3", "\"-3\" is no number"},
		{"--devices", "is unknown or has no value"},
		{"--boot rom", "\"rom\" is none of its values"},
		{"--storage nand:100", "a multiple of 128 KiB"},
		{"--nand-bad 4,x", "no list of blocks"},
		{"--nand-bad count:65", "no list of blocks"},
		{"--storage emmc", "has no size"},
		{"--storage emmc:x", "is no size"},
		{"--storage emmc:1G5", "is no size"},
		{"--storage emmc:1000001", "a multiple of 128 KiB"},
		{"--storage sd:1G", "unknown storage"},
		{"--security sbc,xyz", "\"xyz\" is unknown"},
		{"--security ,", "nothing is named"},
		{"--identity mine", "is none of its values"},
		{"--attach vhci --state x --identity provisioned", "own data needs partitions"},
		{"--attach vhci --state x --chip MT9999", "is not in the chip table"},
		{"--attach vhci --state x --chip MT6580 --storage ufs:64M", "know no UFS"},
		{"--descriptors 4", "\"4\" is no number from 1 to 3"},
		{"--dram-ids 15zz", "is no id"},
		{"--da-sha256 12", "it is no SHA-256"},
		{"--agent 2031", "is none of its values"},
		{"--fault explode", "\"explode\" in \"explode\" is no fault"},
		{"--fault unplug@nowhere:3", "is no place"},
		{"--fault unplug@exchange:0", "is no count"},
		{"--fault unplug@exchange:x", "is no count"},
		{"--fault flap@exchange:2", "cannot happen there"},
		{"--fault stall@step:", "names no step"},
		{"--fault status@step:write", "names no status"},
		{"--fault status=zz@step:write", "is no value"},
		{"--fault x/unplug@exchange:1", "begins with no device number"},
		{"ctl", "--state: it is missing"},
		{"ctl --state x jump", "\"jump\" is no request"},
		{"ctl --state x replug", "\"replug\" is no request"},
	};
	char out[1024];

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		int code = run(table[i].words, out, sizeof out);

		if (code != 2 || !strstr(out, table[i].say) ||
		    strncmp(out, "flashrack-rack: ", 16) != 0 || !strchr(out, ';') ||
		    strchr(out, '\n') != out + strlen(out) - 1)
			fail_msg("%s: exit %d, %s", table[i].words, code, out);
	}
}

static void failures_are_one_clear_line(void **state)
{
	static const struct {
		const char *words, *say;
	} table[] = {
		{"--state /proc/nothing", "--state: /proc/nothing"},
		{"--state %s/s --layout /nonexistent", "--layout: /nonexistent"},
		{"--state %s/s --layout /etc/hostname", "scatter"},
		{"--state %s/s --log /proc/x", "--log: /proc/x"},
		{"--state %s/s --storage emmc:64M --layout " SCATTER, "does not fit"},
		{"--state %s/s --storage ufs:8G --layout " SCATTER, "it has no UFS section"},
	};
	struct bench *b = *state;
	char words[512], out[1024];

	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		int n = snprintf(words, sizeof words, "--attach unix:%s ", b->socket), code;
		const char *at = strstr(table[i].words, "%s");

		if (at)
			snprintf(words + n, sizeof words - (size_t)n, "%.*s%s%s",
				 (int)(at - table[i].words), table[i].words, b->dir, at + 2);
		else
			snprintf(words + n, sizeof words - (size_t)n, "%s", table[i].words);
		code = run(words, out, sizeof out);
		if (code != 1 || !strstr(out, table[i].say) ||
		    strncmp(out, "flashrack-rack: ", 16) != 0 || !strchr(out, ';'))
			fail_msg("%s: exit %d, %s", words, code, out);
	}
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(device_list_is_exact),
		T(import_gives_the_device_once),
		T(requests_and_answers),
		T(unlink_of_pending_and_done),
		T(garbage_ends_the_connection_only),
		T(ctl_unplugs_and_replugs),
		T(ctl_without_a_rack),
		T(protective_mbr_unless_told),
		T(state_is_kept),
		T(killed_rack_can_be_started_again),
		T(help_and_version),
		T(wrong_usage_is_one_clear_line),
		T(failures_are_one_clear_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
