#include "tests/rack/rack.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "tests/rack/layout.h"
#include "tests/rack/layout_old.h"
#include "tests/rack/nand.h"
#include "tests/rack/state.h"

enum { EVENTS = 64 };

uint64_t rack_clock(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

/* ---- sources ---- */

int rack_watch(struct rack *rack, struct source *source, uint32_t events)
{
	struct epoll_event e = {.events = events, .data.ptr = source};

	return epoll_ctl(rack->epoll, EPOLL_CTL_ADD, source->fd, &e);
}

struct source *rack_guest(struct rack *rack, enum source_kind kind, int fd)
{
	struct source *guest = calloc(1, sizeof *guest);

	if (!guest || (guest->kind = kind, guest->fd = fd, rack_watch(rack, guest, EPOLLIN))) {
		free(guest);
		close(fd);
		return NULL;
	}
	guest->next = rack->guests;
	rack->guests = guest;
	return guest;
}

void rack_guest_end(struct rack *rack, struct source *guest, bool close_fd)
{
	struct source **at = &rack->guests;

	while (*at != guest)
		at = &(*at)->next;
	*at = guest->next;
	epoll_ctl(rack->epoll, EPOLL_CTL_DEL, guest->fd, NULL);
	if (close_fd)
		close(guest->fd);
	free(guest);
}

/* ---- slots and their connections ---- */

void rack_link(struct rack *rack, struct slot *slot, int fd)
{
	link_init(&slot->link, fd, &slot->device);
	slot->linked = true;
	slot->writing = false;
	slot->source = (struct source){.kind = SOURCE_LINK, .fd = fd, .slot = slot};
	if (rack_watch(rack, &slot->source, EPOLLIN)) {
		slot->link.dead = true;
		return;
	}
	device_attached(&slot->device, rack_clock());
}

static void unlink_slot(struct rack *rack, struct slot *slot)
{
	bool host_went = slot->link.dead;

	link_flush(&slot->link); /* what was said before leaving still arrives */
	epoll_ctl(rack->epoll, EPOLL_CTL_DEL, slot->source.fd, NULL);
	link_close(&slot->link);
	slot->linked = false;
	if (host_went && slot->link.generation == slot->device.generation)
		device_detached(&slot->device, rack_clock());
}

void rack_settle(struct rack *rack, struct slot *slot)
{
	struct link *link = &slot->link;

	if (slot->linked && link->out && !link->waits_to_write)
		link_flush(link);
	if (slot->linked && (link->dead || link->generation != slot->device.generation))
		unlink_slot(rack, slot);
	if (slot->linked && link->waits_to_write != slot->writing) {
		struct epoll_event e = {
			.events = EPOLLIN | (link->waits_to_write ? (uint32_t)EPOLLOUT : 0),
			.data.ptr = &slot->source,
		};

		slot->writing = link->waits_to_write;
		epoll_ctl(rack->epoll, EPOLL_CTL_MOD, slot->source.fd, &e);
	}
	if (rack->config.vhci && slot->device.present && !slot->linked)
		vhci_attach(rack, slot);
}

static void link_event(struct slot *slot, uint32_t events)
{
	if (!slot->linked)
		return;
	if (events & EPOLLOUT)
		link_flush(&slot->link);
	if (events & (EPOLLIN | EPOLLHUP | EPOLLERR))
		link_readable(&slot->link, rack_clock());
}

/* ---- making devices ---- */

static int furnish(struct device *d, const struct scatter *scatter, struct problem *problem)
{
	const struct rack_config *c = d->config;
	struct storage_sizes sizes = flash_sizes(&d->flash);
	struct gpt *gpt;
	int bad;

	if (!c->layout)
		return 0;
	gpt = malloc(sizeof *gpt);
	if (!gpt)
		return problem_set(problem, "memory", "use fewer devices", "none left");
	bad = layout_table(gpt, scatter, &sizes, c->seed, problem);
	if (!bad && !c->layout_blank)
		bad = layout_write_for(&d->flash, c->chip, scatter, gpt, problem);
	if (!bad && !c->layout_blank && !c->layout_no_mbr &&
	    !layout_is_old(c->chip, &d->flash, scatter))
		bad = layout_write_mbr(&d->flash, problem);
	if (!bad && c->identity == IDENTITY_PROVISIONED)
		bad = layout_provision(&d->flash, gpt, &d->id, c->seed, problem);
	free(gpt);
	for (int i = 0; i < REGION_COUNT; i++) /* what the factory wrote is not counted */
		d->flash.regions[i].written = d->flash.regions[i].erased = 0;
	return bad;
}

static int make_device(struct rack *rack, int index, const struct scatter *scatter,
		       struct problem *problem)
{
	const struct rack_config *c = &rack->config;
	struct slot *slot = &rack->slots[index];
	struct device *d = &slot->device;
	int known;

	slot->port = -1;
	identity_make(&d->id, c->seed, index, c->storage);
	if ((size_t)snprintf(d->dir, sizeof d->dir, "%s/%d", c->state_dir, index) >= sizeof d->dir)
		return problem_set(problem, "--state", "use a shorter path",
				   "the path is too long");
	if (device_init(d, c, index, &rack->journal))
		return problem_set(problem, "memory", "use fewer devices", "none left");
	if (state_make_dir(d, problem) ||
	    flash_open(&d->flash, d->dir, c->storage, c->user_bytes, problem))
		return -1;
	flash_nand_mark_bad(&d->flash, c, index);
	known = state_load(d, problem);
	if (known < 0 || (!known && furnish(d, scatter, problem)))
		return -1;
	state_save(d);
	return 0;
}

int rack_swap(struct rack *rack, struct slot *slot)
{
	const struct rack_config *c = &rack->config;
	struct device *d = &slot->device;
	struct scatter scatter = {0};
	struct problem problem;
	int bad = 0;

	device_unplug(d, rack_clock());
	rack_settle(rack, slot);
	/* Numbers behind the rack's own: no two boards of a rack are ever the same. */
	identity_make(&d->id, c->seed, d->index + (int)++slot->swaps * c->devices, c->storage);
	d->flash.nand.bad_count = 0; /* else they cannot be erased */
	d->flash.dead = d->flash.keeps = false;
	for (int i = 0; i < REGION_COUNT; i++) {
		const struct flash_region *r = &d->flash.regions[i];

		if (r->fd >= 0 && flash_erase(&d->flash, (enum storage_region)i, 0, r->bytes))
			bad = problem_set(&problem, d->dir, "check the disk", "not erased");
		d->flash.regions[i].erased = d->flash.regions[i].written = 0;
	}
	flash_nand_mark_bad(&d->flash, c, d->index);
	d->boots = 0;
	snprintf(d->last_boot, sizeof d->last_boot, "none");
	d->last_boot_reason[0] = '\0';
	if (!bad && c->layout)
		bad = layout_load(&scatter, c->layout, &problem) || furnish(d, &scatter, &problem);
	scatter_free(&scatter);
	if (bad)
		fprintf(stderr, "flashrack-rack: swap, %s: %s; %s\n", problem.where, problem.why,
			problem.remedy);
	state_save(d);
	return bad;
}

static int make_devices(struct rack *rack, struct problem *problem)
{
	struct scatter scatter = {0};
	int bad = 0;

	if (rack->config.layout && layout_load(&scatter, rack->config.layout, problem))
		return -1;
	for (int i = 0; i < rack->config.devices && !bad; i++)
		bad = make_device(rack, i, &scatter, problem);
	if (rack->config.layout)
		scatter_free(&scatter);
	return bad;
}

/* ---- life ---- */

static void raise_file_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit); /* too few descriptors show themselves when opening */
}

static int open_journal(struct rack *rack, struct problem *problem)
{
	const char *path = rack->config.log_path;

	rack->journal.start_us = rack_clock();
	if (!path)
		return 0;
	rack->journal.file = strcmp(path, "-") ? fopen(path, "we") : stderr;
	if (!rack->journal.file)
		return problem_set(problem, "--log", "name a file that can be written",
				   "%.150s: %s", path, strerror(errno));
	setvbuf(rack->journal.file, NULL, _IOLBF, 0);
	return 0;
}

static int open_signals(struct rack *rack, struct problem *problem)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	rack->signal = (struct source){.kind = SOURCE_SIGNAL,
				       .fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK)};
	if (rack->signal.fd < 0 || rack_watch(rack, &rack->signal, EPOLLIN))
		return problem_set(problem, "signals", "raise the limit of open files", "%s",
				   strerror(errno));
	return 0;
}

static int open_attachment(struct rack *rack, struct problem *problem)
{
	const char *path = rack->config.unix_path;

	if (rack->config.vhci)
		return vhci_ports(rack, problem);
	rack->listener = (struct source){.kind = SOURCE_LISTENER, .fd = unix_listen(path, problem)};
	if (rack->listener.fd < 0)
		return -1;
	snprintf(rack->unix_path, sizeof rack->unix_path, "%s", path);
	return rack_watch(rack, &rack->listener, EPOLLIN);
}

int rack_open(struct rack *rack, const struct rack_config *config, struct problem *problem)
{
	memset(rack, 0, sizeof *rack);
	rack->config = *config;
	rack->listener.fd = rack->ctl.fd = rack->signal.fd = -1;
	raise_file_limit();
	rack->epoll = epoll_create1(EPOLL_CLOEXEC);
	rack->slots = calloc((size_t)config->devices, sizeof *rack->slots);
	if (rack->epoll < 0 || !rack->slots)
		return problem_set(problem, "memory", "use fewer devices", "%s", strerror(errno));
	if (mkdir(config->state_dir, 0755) && errno != EEXIST)
		return problem_set(problem, "--state", "use a directory that can be made",
				   "%.150s: %s", config->state_dir, strerror(errno));
	if (open_journal(rack, problem) || control_listen(rack, problem) ||
	    make_devices(rack, problem) || open_signals(rack, problem) ||
	    open_attachment(rack, problem))
		return -1;
	for (int i = 0; i < config->devices; i++) {
		device_plug(&rack->slots[i].device, rack_clock());
		rack_settle(rack, &rack->slots[i]);
	}
	return 0;
}

static void dispatch(struct rack *rack, struct source *source, uint32_t events)
{
	switch (source->kind) {
	case SOURCE_LINK:
		link_event(source->slot, events);
		break;
	case SOURCE_LISTENER:
		unix_accept(rack);
		break;
	case SOURCE_CLIENT:
		unix_client(rack, source);
		break;
	case SOURCE_CTL_LISTENER:
		control_accept(rack);
		break;
	case SOURCE_CTL:
		control_client(rack, source);
		break;
	case SOURCE_SIGNAL:
		rack->stop = true;
		break;
	}
}

/* Tick what is due, settle everything; milliseconds until something is due, -1 for nothing. */
static int settle_all(struct rack *rack)
{
	uint64_t now = rack_clock(), first = UINT64_MAX;

	for (int i = 0; i < rack->config.devices; i++) {
		struct slot *slot = &rack->slots[i];
		uint64_t due = device_deadline(&slot->device);

		if (due <= now) {
			device_tick(&slot->device, now);
			due = device_deadline(&slot->device);
		}
		rack_settle(rack, slot);
		if (slot->retry_us && slot->retry_us < due)
			due = slot->retry_us;
		if (due < first)
			first = due;
	}
	if (first == UINT64_MAX)
		return -1;
	return first <= now ? 0 : (int)((first - now + 999) / 1000);
}

int rack_run(struct rack *rack, struct problem *problem)
{
	bool said = false;

	while (!rack->stop) {
		struct epoll_event events[EVENTS];
		int wait = settle_all(rack), n;
		bool ready = true;

		for (int i = 0; i < rack->config.devices && rack->config.vhci && !said; i++)
			ready = ready && rack->slots[i].linked;
		if (ready && !said) {
			said = true;
			puts("ready");
			fflush(stdout);
		}
		n = epoll_wait(rack->epoll, events, EVENTS, wait);
		if (n < 0 && errno != EINTR)
			return problem_set(problem, "events", "report this", "%s", strerror(errno));
		for (int i = 0; i < n; i++)
			dispatch(rack, events[i].data.ptr, events[i].events);
	}
	return 0;
}

static void close_fd(int fd)
{
	if (fd >= 0)
		close(fd);
}

void rack_close(struct rack *rack)
{
	for (int i = 0; rack->slots && i < rack->config.devices; i++) {
		struct slot *slot = &rack->slots[i];

		if (!slot->device.boot)
			continue; /* was never made */
		if (slot->linked)
			link_close(&slot->link);
		if (slot->device.boots)
			state_save(&slot->device);
		device_close(&slot->device);
		flash_close(&slot->device.flash);
	}
	while (rack->guests)
		rack_guest_end(rack, rack->guests, true);
	if (rack->listener.fd >= 0 && rack->unix_path[0])
		unlink(rack->unix_path);
	if (rack->ctl.fd >= 0)
		unlink(rack->ctl_path);
	close_fd(rack->listener.fd);
	close_fd(rack->ctl.fd);
	close_fd(rack->signal.fd);
	close_fd(rack->epoll);
	free(rack->slots);
	if (rack->journal.file && rack->journal.file != stderr)
		fclose(rack->journal.file);
}
