/*
 * "flashrack-rack ctl": one line of text in, lines of text out, over DIR/ctl.sock. The last line of
 * an answer is "ok" or "error: REASON".
 */
#include "tests/rack/control.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "tests/rack/rack.h"

#define SOCKET_NAME "ctl.sock"

/* ---- in the rack ---- */

int control_listen(struct rack *rack, struct problem *problem)
{
	if ((size_t)snprintf(rack->ctl_path, sizeof rack->ctl_path, "%s/" SOCKET_NAME,
			     rack->config.state_dir) >= sizeof rack->ctl_path)
		return problem_set(problem, "--state", "use a shorter path",
				   "the path is too long");
	rack->ctl = (struct source){.kind = SOURCE_CTL_LISTENER,
				    .fd = unix_listen(rack->ctl_path, problem)};
	return rack->ctl.fd < 0 ? -1 : rack_watch(rack, &rack->ctl, 1 /* EPOLLIN */);
}

void control_accept(struct rack *rack)
{
	int fd = accept4(rack->ctl.fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd >= 0)
		rack_guest(rack, SOURCE_CTL, fd);
}

static void status(const struct rack *rack, FILE *out)
{
	for (int i = 0; i < rack->config.devices; i++) {
		const struct device *d = &rack->slots[i].device;

		fprintf(out, "%d 1-%d %s %s %s last-boot %s\n", i, i + 1, stage_name(d->stage),
			d->present ? "present" : "absent", d->attached ? "driven" : "free",
			d->last_boot);
	}
}

/* Number of a slot as people write it: "3" or "1-4"; -1 all, -2 unknown. */
static int slot_number(const struct rack *rack, const char *text)
{
	int busid = !strncmp(text, "1-", 2);
	char *end;
	long n = strtol(busid ? text + 2 : text, &end, 10);

	if (!strcmp(text, "all"))
		return -1;
	if (!*text || *end || (busid && n < 1))
		return -2;
	n -= busid;
	return n < 0 || n >= rack->config.devices ? -2 : (int)n;
}

static const char *act(struct rack *rack, const char *verb, const char *slot_text)
{
	int number = slot_number(rack, slot_text);
	bool replug = !strcmp(verb, "replug"), swap = !strcmp(verb, "swap");

	if (!replug && !swap && strcmp(verb, "unplug") != 0)
		return "no such request";
	if (number == -2)
		return "no such slot";
	for (int i = 0; i < rack->config.devices; i++) {
		struct slot *slot = &rack->slots[i];

		if (number >= 0 && number != i)
			continue;
		if (swap && rack_swap(rack, slot))
			return "the new board could not be made";
		if (replug || swap)
			device_replug(&slot->device, rack_clock());
		else
			device_unplug(&slot->device, rack_clock());
		rack_settle(rack, slot);
	}
	return NULL;
}

static void answer(struct rack *rack, struct source *client, char *line)
{
	char *save = NULL, *text = NULL;
	const char *verb = strtok_r(line, " \n", &save), *slot = strtok_r(NULL, " \n", &save);
	const char *bad = NULL;
	size_t n = 0;
	FILE *out = open_memstream(&text, &n);

	if (!out)
		return;
	if (verb && !strcmp(verb, "status"))
		status(rack, out);
	else
		bad = verb && slot ? act(rack, verb, slot) : "no such request";
	fprintf(out, bad ? "error: %s\n" : "ok\n", bad);
	fclose(out);
	if (send(client->fd, text, n, MSG_NOSIGNAL) != (ssize_t)n)
		fprintf(stderr,
			"flashrack-rack: ctl, answer: the client does not read; try again\n");
	free(text);
}

void control_client(struct rack *rack, struct source *client)
{
	ssize_t got = recv(client->fd, client->text + client->n,
			   sizeof client->text - 1 - client->n, MSG_DONTWAIT);

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got > 0) {
		client->n += (size_t)got;
		client->text[client->n] = '\0';
		if (!strchr((char *)client->text, '\n') && client->n < sizeof client->text - 1)
			return;
		answer(rack, client, (char *)client->text);
	}
	rack_guest_end(rack, client, true);
}

/* ---- in the client ---- */

static int connect_to(const char *dir)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int dir_fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int fd = dir_fd < 0 ? -1 : socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int error;

	if (fd >= 0) {
		snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d/" SOCKET_NAME,
			 dir_fd);
		if (connect(fd, (struct sockaddr *)&address, sizeof address)) {
			error = errno;
			close(fd);
			fd = -1;
			errno = error;
		}
	}
	error = errno;
	if (dir_fd >= 0)
		close(dir_fd);
	errno = error;
	return fd;
}

int control_request(const struct ctl_request *request, struct problem *problem)
{
	int fd = connect_to(request->state_dir);
	char line[256];
	bool good = false;
	FILE *stream;

	if (fd < 0)
		return problem_set(problem, "ctl", "start the rack, or name its --state directory",
				   "no rack runs on %.120s: %s", request->state_dir,
				   strerror(errno));
	stream = fdopen(fd, "r+e");
	if (!stream) {
		close(fd);
		return problem_set(problem, "ctl", "try again", "%s", strerror(errno));
	}
	fprintf(stream, "%s %s\n", request->verb, request->slot ? request->slot : "");
	fflush(stream);
	while (fgets(line, sizeof line, stream)) {
		line[strcspn(line, "\n")] = '\0';
		good = !strcmp(line, "ok");
		if (!strncmp(line, "error: ", 7))
			problem_set(problem, "ctl", "see flashrack-rack ctl --state DIR status",
				    "%s %s: %s", request->verb, request->slot ? request->slot : "",
				    line + 7);
		else if (!good)
			puts(line);
	}
	fclose(stream);
	if (!good && !problem->why[0])
		problem_set(problem, "ctl", "look at the rack's own messages",
			    "the rack did not answer");
	return good ? 0 : -1;
}
