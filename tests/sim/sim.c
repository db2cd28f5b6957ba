#include "tests/sim/sim.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <glob.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ARGS_MAX 48

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void sim_sleep_ms(int ms)
{
	struct timespec t = {ms / 1000, (long)(ms % 1000) * 1000000};

	nanosleep(&t, NULL);
}

static bool port_is_free(int port)
{
	struct sockaddr_in a = {.sin_family = AF_INET,
				.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
				.sin_port = htons((uint16_t)port)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
	bool is_free;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	is_free = bind(fd, (struct sockaddr *)&a, sizeof a) == 0;
	close(fd);
	return is_free;
}

/*
 * A station is stopped and started again on its port while other tests look for theirs: a port is
 * locked for as long as this program runs. The range lies below that of outgoing connections.
 */
int sim_free_port(void)
{
	enum { FIRST = 21000, COUNT = 8000 };
	int start = (int)(getpid() * 37 % COUNT);

	for (int i = 0; i < COUNT; i++) {
		int port = FIRST + (start + i) % COUNT, fd;
		char lock[64];

		snprintf(lock, sizeof lock, "/tmp/flashrack-port-%d.lock", port);
		fd = open(lock, O_CREAT | O_RDWR | O_CLOEXEC, 0666);
		if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0 && port_is_free(port))
			return port; /* the lock is kept */
		if (fd >= 0)
			close(fd);
	}
	fail_msg("no port is free from %d on", FIRST);
	return -1;
}

/* ---- processes ---- */

static pid_t start(const char *program, const char *const *args, const char *out_file, int out_fd)
{
	char path[512];
	const char *argv[ARGS_MAX];
	size_t n = 0;
	pid_t pid;

	snprintf(path, sizeof path, BUILD_DIR "/%s", program);
	argv[n++] = path;
	for (size_t i = 0; args && args[i]; i++) {
		assert_true(n < ARGS_MAX - 1);
		argv[n++] = args[i];
	}
	argv[n] = NULL;
	pid = fork();
	assert_true(pid >= 0);
	if (pid > 0)
		return pid;
	if (out_file)
		out_fd = open(out_file, O_WRONLY | O_CREAT | O_APPEND, 0644);
	dup2(out_fd, 1);
	dup2(out_fd, 2);
	signal(SIGXFSZ, SIG_IGN); /* a test may limit how long its files get: that is a full disk */
	execv(path, (char *const *)(uintptr_t)argv);
	_exit(127);
}

int sim_run(struct sim *s, const char *program, const char *const *args, char *out, size_t size)
{
	int ends[2], status;
	size_t have = 0;
	ssize_t n;
	pid_t pid;

	(void)s;
	assert_return_code(pipe(ends), errno);
	pid = start(program, args, NULL, ends[1]);
	close(ends[1]);
	while (have + 1 < size && (n = read(ends[0], out + have, size - 1 - have)) > 0)
		have += (size_t)n;
	out[have] = '\0';
	close(ends[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static bool file_has(const char *path, const char *text)
{
	char bytes[4096];
	FILE *f = fopen(path, "r");
	size_t n;

	if (!f)
		return false;
	n = fread(bytes, 1, sizeof bytes - 1, f);
	bytes[n] = '\0';
	fclose(f);
	return strstr(bytes, text) != NULL;
}

/* ---- the folder ---- */

void sim_file(struct sim *s, const char *name, const char *text)
{
	char path[256];
	FILE *f;

	snprintf(path, sizeof path, "%s/%s", s->dir, name);
	f = fopen(path, "w");
	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

void sim_package(struct sim *s, const char *name, const char *const *args)
{
	const char *all[ARGS_MAX] = {"--out"};
	char path[256], out[2048];
	size_t n = 2;

	snprintf(path, sizeof path, "%s/%s", s->dir, name);
	all[1] = path;
	for (size_t i = 0; args && args[i]; i++)
		all[n++] = args[i];
	all[n] = NULL;
	if (sim_run(s, "flashrack-sample", all, out, sizeof out) != 0)
		fail_msg("flashrack-sample: %s", out);
}

static void make_profiles(struct sim *s)
{
	char path[256];

	snprintf(path, sizeof path, "%s/profiles", s->dir);
	assert_return_code(mkdir(path, 0755), errno);
	sim_file(s, "profiles/plain.json",
		 "{\"name\":\"plain\",\"product\":\"sample board\",\"verify\":\"checksum\"}");
	sim_file(s, "profiles/sampled.json", "{\"verify\":\"sample\",\"end\":\"reboot\"}");
	sim_file(s, "profiles/full.json", "{\"verify\":\"full\"}");
	sim_file(s, "profiles/stays.json", "{\"verify\":\"none\",\"end\":\"stay\"}");
	sim_file(s, "profiles/mt6771.json", "{\"platforms\":[\"MT6771\"]}");
	sim_file(s, "profiles/blank.json", "{\"blank_boards\":true}");
}

/* The scatter file of DIR/package: the layout of the racks' devices. */
static void find_layout(struct sim *s)
{
	char pattern[128];
	glob_t found;

	snprintf(pattern, sizeof pattern, "%s/package/*_Android_scatter*", s->dir);
	assert_int_equal(glob(pattern, 0, NULL, &found), 0);
	snprintf(s->layout, sizeof s->layout, "%s", found.gl_pathv[0]);
	globfree(&found);
}

void sim_begin_with(struct sim *s, const char *const *args)
{
	memset(s, 0, sizeof *s);
	snprintf(s->dir, sizeof s->dir, "/tmp/flashrack-sim-XXXXXX");
	assert_non_null(mkdtemp(s->dir));
	s->port = sim_free_port();
	snprintf(s->package, sizeof s->package, "package");
	sim_package(s, "package", args);
	find_layout(s);
	make_profiles(s);
}

void sim_begin(struct sim *s, int mib)
{
	char size[16];
	const char *args[] = {"--size", size, NULL};

	snprintf(size, sizeof size, "%d", mib);
	sim_begin_with(s, args);
}

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

void sim_end(struct sim *s)
{
	if (s->station)
		sim_stop_station(s, SIGKILL);
	while (s->rack_count > 0)
		sim_stop_rack(s, s->racks[s->rack_count - 1].name);
	if (!getenv("SIM_KEEP"))
		nftw(s->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* ---- rack ---- */

void sim_rack(struct sim *s, const char *name, int devices, const char *const *args)
{
	char attach[128], state[128], count[16], log[128], out[128];
	const char *all[ARGS_MAX] = {"--attach",  attach, "--state", state,
				     "--devices", count,  "--log",   log};
	const char *furnished[] = {"--layout", s->layout, "--identity", "provisioned"};
	size_t n = 8;
	int64_t until = now_ms() + 60000;

	assert_true(s->rack_count < SIM_RACKS_MAX);
	snprintf(attach, sizeof attach, "unix:%s/%s.sock", s->dir, name);
	snprintf(state, sizeof state, "%s/%s", s->dir, name);
	snprintf(count, sizeof count, "%d", devices);
	snprintf(log, sizeof log, "%s/%s.log", s->dir, name);
	snprintf(out, sizeof out, "%s/%s.out", s->dir, name);
	for (size_t i = 0; s->layout[0] && i < 4; i++)
		all[n++] = furnished[i];
	for (size_t i = 0; args && args[i]; i++)
		all[n++] = args[i];
	all[n] = NULL;
	unlink(out);
	s->racks[s->rack_count].pid = start("flashrack-rack", all, out, -1);
	snprintf(s->racks[s->rack_count].name, sizeof s->racks[0].name, "%s", name);
	s->rack_count++;
	while (!file_has(out, "ready")) {
		if (now_ms() > until || waitpid(s->racks[s->rack_count - 1].pid, NULL, WNOHANG)) {
			s->rack_count--; /* it has ended, or will be with the test's own end */
			fail_msg("rack %s is not ready, see %s", name, out);
		}
		sim_sleep_ms(20);
	}
}

void sim_ctl(struct sim *s, const char *name, const char *verb, const char *slot)
{
	char state[128], out[1024];
	const char *args[] = {"ctl", "--state", state, verb, slot, NULL};

	snprintf(state, sizeof state, "%s/%s", s->dir, name);
	if (sim_run(s, "flashrack-rack", args, out, sizeof out) != 0)
		fail_msg("rack ctl %s %s: %s", verb, slot, out);
}

void sim_stop_rack(struct sim *s, const char *name)
{
	int i = 0, status;

	while (i < s->rack_count && strcmp(s->racks[i].name, name) != 0)
		i++;
	assert_true(i < s->rack_count);
	kill(s->racks[i].pid, SIGTERM);
	waitpid(s->racks[i].pid, &status, 0);
	s->racks[i] = s->racks[--s->rack_count];
}

/* ---- station ---- */

static void write_config(struct sim *s, const char *rack, const char *more)
{
	cJSON *extra = more ? cJSON_Parse(more) : cJSON_CreateObject();
	cJSON *config = cJSON_CreateObject(), *part, *item;
	char text[128], *json;

	assert_non_null(extra);
	cJSON_AddStringToObject(config, "state_dir", "state");
	cJSON_AddStringToObject(config, "profiles_dir", "profiles");
	cJSON_AddStringToObject(config, "name", "sim line");
	part = cJSON_AddObjectToObject(config, "listen");
	cJSON_AddNumberToObject(part, "port", s->port);
	if (rack) {
		part = cJSON_AddObjectToObject(config, "usb");
		snprintf(text, sizeof text, "unix:%s.sock", rack);
		cJSON_AddStringToObject(part, "attach", text);
	}
	while ((item = cJSON_DetachItemFromArray(extra, 0))) {
		cJSON_DeleteItemFromObject(config, item->string);
		cJSON_AddItemToObject(config, item->string, item);
	}
	json = cJSON_Print(config);
	sim_file(s, "config.json", json);
	free(json);
	cJSON_Delete(config);
	cJSON_Delete(extra);
}

void sim_station(struct sim *s, const char *rack, const char *more)
{
	char config[128], log[128];
	const char *args[] = {"--config", config, NULL};
	int64_t until = now_ms() + 60000;
	int status = 0;

	write_config(s, rack, more);
	snprintf(config, sizeof config, "%s/config.json", s->dir);
	snprintf(log, sizeof log, "%s/station.log", s->dir);
	s->station = start("flashrackd", args, log, -1);
	do {
		if (now_ms() > until || waitpid(s->station, &status, WNOHANG) != 0) {
			s->station = 0;
			fail_msg("the station does not come up, see %s", log);
		}
		sim_sleep_ms(20);
		cJSON_Delete(sim_get(s, "/healthz", &status));
	} while (status != 200 && status != 503); /* it may have a reason to start nothing */
}

int sim_stop_station(struct sim *s, int signal_number)
{
	int status = 0;

	kill(s->station, signal_number);
	assert_int_equal(waitpid(s->station, &status, 0), s->station);
	s->station = 0;
	return status;
}

/* ---- what came of it ---- */

int64_t sim_order_json(struct sim *s, const char *json)
{
	char *text;
	cJSON *answer;
	int64_t id;
	int status;

	answer = sim_post(s, "/api/v1/orders", json, &status);
	if (status != 201) {
		text = cJSON_PrintUnformatted(answer);
		fail_msg("order %s: status %d, %s", json, status, text ? text : "");
	}
	id = (int64_t)cJSON_GetObjectItem(answer, "id")->valuedouble;
	cJSON_Delete(answer);
	return id;
}

int64_t sim_order(struct sim *s, const char *name, const char *profile, int quantity)
{
	char json[512];

	snprintf(json, sizeof json,
		 "{\"name\":\"%s\",\"profile\":\"%s\",\"package\":\"%s/package\",\"quantity\":%d}",
		 name, profile, s->dir, quantity);
	return sim_order_json(s, json);
}
