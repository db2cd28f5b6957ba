#include "station/config/config.h"

#include <arpa/inet.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "station/config/reader.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
/* NOLINTBEGIN(bugprone-macro-parentheses): names of members can not stand in parentheses */
#define AT(field) offsetof(struct config, field)
#define TEXT(n, f, l)                                                                              \
	{                                                                                          \
		.name = n, .kind = KEY_TEXT, .offset = AT(f),                                      \
		.size = sizeof(((struct config *)0)->f), .min = l                                  \
	}
#define NUMBER(n, f, l, m)                                                                         \
	{                                                                                          \
		.name = n, .kind = KEY_NUMBER, .offset = AT(f), .min = l, .max = m                 \
	}
#define BOOL(n, f)                                                                                 \
	{                                                                                          \
		.name = n, .kind = KEY_BOOL, .offset = AT(f)                                       \
	}
#define OBJECT(n, r)                                                                               \
	{                                                                                          \
		.name = n, .kind = KEY_OBJECT, .read = r                                           \
	}
#define LIST(n, r)                                                                                 \
	{                                                                                          \
		.name = n, .kind = KEY_LIST, .read = r                                             \
	}
/* NOLINTEND(bugprone-macro-parentheses) */

static int read_listen(struct reader *r, const cJSON *v, void *target)
{
	static const struct key keys[] = {
		TEXT("address", listen.address, 1),
		NUMBER("port", listen.port, 1, 65535),
	};

	return reader_object(r, v, keys, COUNT(keys), target);
}

static int read_usb(struct reader *r, const cJSON *v, void *target)
{
	static const struct key keys[] = {
		TEXT("attach", usb.attach, 1),
		NUMBER("transfer_bytes", usb.transfer_bytes, 16384, 1048576),
		NUMBER("in_flight", usb.in_flight, 1, 8),
	};
	struct config *c = target;
	size_t base = strlen(r->path);

	if (reader_object(r, v, keys, COUNT(keys), target) != 0)
		return -1;
	snprintf(r->path + base, sizeof r->path - base, ".transfer_bytes");
	if (c->usb.transfer_bytes & (c->usb.transfer_bytes - 1))
		return reader_refuse(r, "give 16384, 32768, 65536, ... 1048576",
				     "%lld is not a power of two",
				     (long long)c->usb.transfer_bytes);
	snprintf(r->path + base, sizeof r->path - base, ".attach");
	if (strcmp(c->usb.attach, "libusb") != 0 && strncmp(c->usb.attach, "unix:", 5) != 0)
		return reader_refuse(r, "give \"libusb\" or \"unix:PATH\"",
				     "\"%.60s\" is not a way to attach", c->usb.attach);
	r->path[base] = '\0';
	return 0;
}

static int read_slot(struct reader *r, const cJSON *v, void *target)
{
	static const struct key keys[] = {
		{.name = "path",
		 .kind = KEY_TEXT,
		 .offset = offsetof(struct config_slot, path),
		 .size = sizeof(((struct config_slot *)0)->path),
		 .min = 1,
		 .required = true},
		{.name = "label",
		 .kind = KEY_TEXT,
		 .offset = offsetof(struct config_slot, label),
		 .size = sizeof(((struct config_slot *)0)->label),
		 .min = 1,
		 .required = true},
	};
	struct config *c = target;
	struct config_slot *s = &c->slots[c->slot_count];

	if (c->slot_count == CONFIG_SLOTS_MAX)
		return reader_refuse(r, "remove some", "a station has at most %d slots",
				     CONFIG_SLOTS_MAX);
	if (reader_object(r, v, keys, COUNT(keys), s) != 0)
		return -1;
	for (size_t i = 0; i < c->slot_count; i++) {
		bool path = strcmp(c->slots[i].path, s->path) == 0;

		if (path || strcmp(c->slots[i].label, s->label) == 0)
			return reader_refuse(r, "give each slot its own path and label",
					     "slots[%zu] has the same %s \"%.60s\"", i,
					     path ? "path" : "label", path ? s->path : s->label);
	}
	c->slot_count++;
	return 0;
}

static int read_package(struct reader *r, const cJSON *v, void *target)
{
	struct config *c = target;
	char path[CONFIG_PATH_MAX];

	if (c->package_count == CONFIG_PACKAGES_MAX)
		return reader_refuse(r, "import the others through the API",
				     "at most %d packages are imported at start",
				     CONFIG_PACKAGES_MAX);
	if (reader_text(r, v, path, sizeof path) != 0)
		return -1;
	if (!config_join(c->packages[c->package_count], CONFIG_PATH_MAX, c->file, path))
		return reader_refuse(r, "use a shorter path", "the path gets too long");
	c->package_count++;
	return 0;
}

static int read_flap(struct reader *r, const cJSON *v, void *target)
{
	static const struct key keys[] = {
		NUMBER("arrivals", flap.arrivals, 2, 64),
		NUMBER("seconds", flap.seconds, 1, 3600),
	};

	return reader_object(r, v, keys, COUNT(keys), target);
}

/* An order's keys and those that choose its task, apart: each has a table of its own. */
static cJSON *some_keys(const cJSON *object, bool choice)
{
	cJSON *copy = cJSON_Duplicate(object, true), *item = copy ? copy->child : NULL, *next;

	for (; item; item = next) {
		next = item->next;
		if (task_is_choice_key(item->string) != choice)
			cJSON_Delete(cJSON_DetachItemViaPointer(copy, item));
	}
	return copy;
}

static int read_limits(struct reader *r, const cJSON *v, void *target)
{
	static const struct key keys[] = {
		NUMBER("tries", limits.tries, 0, 1000),
		NUMBER("auto_tries", limits.auto_tries, 0, 10),
		NUMBER("same_fault_units", limits.same_fault_units, 2, 32),
		NUMBER("slot_failures", limits.slot_failures, 1, 1000),
		NUMBER("slot_flaps", limits.slot_flaps, 1, 1000),
	};

	return reader_object(r, v, keys, COUNT(keys), target);
}

static int read_order_parts(struct reader *r, const cJSON *own, const cJSON *choice,
			    struct config *c)
{
	static const struct key keys[] = {
		TEXT("name", order.name, 1),
		TEXT("profile", order.profile, 1),
		TEXT("package", order.package, 1),
		TEXT("operator", order.operator_name, 1),
		NUMBER("quantity", order.quantity, 0, 1000000000),
	};

	if (!own || !choice)
		return reader_refuse(r, "free some memory", "out of memory");
	if (reader_object(r, own, keys, COUNT(keys), c) != 0)
		return -1;
	return task_choice_read(r, choice, &c->order.choice);
}

static int read_order(struct reader *r, const cJSON *v, void *target)
{
	static const char *const required[] = {"name", "profile", "package", NULL};
	struct config *c = target;
	size_t base = strlen(r->path);
	cJSON *own = some_keys(v, false), *choice = some_keys(v, true);
	int result = read_order_parts(r, own, choice, c);

	cJSON_Delete(own);
	cJSON_Delete(choice);
	c->order.given = true;
	if (result != 0)
		return -1;
	for (size_t i = 0; required[i]; i++) {
		if (cJSON_GetObjectItemCaseSensitive(v, required[i]))
			continue;
		snprintf(r->path + base, sizeof r->path - base, ".%s", required[i]);
		return reader_refuse(r, "add it", "an order needs this key");
	}
	return 0;
}

static const struct key station_keys[] = {
	{.name = "$schema", .kind = KEY_NOTE},
	TEXT("state_dir", state_dir, 1),
	TEXT("name", name, 1),
	OBJECT("listen", read_listen),
	BOOL("allow_remote", allow_remote),
	OBJECT("usb", read_usb),
	LIST("slots", read_slot),
	TEXT("profiles_dir", profiles_dir, 1),
	LIST("packages", read_package),
	OBJECT("flap", read_flap),
	OBJECT("limits", read_limits),
	NUMBER("restart_ms", restart_ms, 0, 600000),
	NUMBER("arrival_wait_s", arrival_wait_s, 0, 86400),
	NUMBER("disk_free_mib", disk_free_mib, 1, 10000000),
	OBJECT("order", read_order),
};

bool config_join(char *to, size_t size, const char *file, const char *path)
{
	const char *slash = file ? strrchr(file, '/') : NULL;
	int n;

	if (path[0] == '/' || !slash)
		n = snprintf(to, size, "%s", path);
	else
		n = snprintf(to, size, "%.*s/%s", (int)(slash - file), file, path);
	return n >= 0 && (size_t)n < size;
}

static bool is_loopback(const char *address)
{
	struct in_addr v4;
	struct in6_addr v6;

	if (strcmp(address, "localhost") == 0)
		return true;
	if (inet_pton(AF_INET, address, &v4) == 1)
		return (ntohl(v4.s_addr) >> 24) == 127;
	return inet_pton(AF_INET6, address, &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

static int check_listen(const struct config *c, struct problem *problem)
{
	struct in_addr v4;
	struct in6_addr v6;

	if (strcmp(c->listen.address, "localhost") != 0 &&
	    inet_pton(AF_INET, c->listen.address, &v4) != 1 &&
	    inet_pton(AF_INET6, c->listen.address, &v6) != 1)
		return problem_set(problem, "listen.address", "give an address such as 127.0.0.1",
				   "\"%.60s\" is not an IP address", c->listen.address);
	if (!is_loopback(c->listen.address) && !c->allow_remote)
		return problem_set(problem, "listen.address",
				   "add \"allow_remote\": true if the network around is trusted",
				   "%.60s is reachable from other machines", c->listen.address);
	return 0;
}

static int resolve(struct config *c, char *path, const char *key, struct problem *problem)
{
	char joined[CONFIG_PATH_MAX];

	if (!config_join(joined, sizeof joined, c->file, path))
		return problem_set(problem, key, "use a shorter path", "the path gets too long");
	memcpy(path, joined, sizeof joined);
	return 0;
}

static void set_defaults(struct config *c)
{
	const char *state = getenv("STATE_DIRECTORY"); /* set by systemd */

	snprintf(c->state_dir, sizeof c->state_dir, "%s",
		 state && state[0] ? state : "/var/lib/flashrack");
	snprintf(c->profiles_dir, sizeof c->profiles_dir, "/etc/flashrack/profiles");
	snprintf(c->listen.address, sizeof c->listen.address, "127.0.0.1");
	snprintf(c->usb.attach, sizeof c->usb.attach, "libusb");
	if (gethostname(c->name, sizeof c->name - 1) != 0 || !c->name[0])
		snprintf(c->name, sizeof c->name, "flashrack");
	c->listen.port = 8470;
	c->usb.transfer_bytes = 256 << 10;
	c->usb.in_flight = 2;
	c->flap.arrivals = 6;
	c->flap.seconds = 30;
	c->restart_ms = 2000;
	c->disk_free_mib = 256;
	c->limits.tries = 5;
	c->limits.auto_tries = 2;
	c->limits.same_fault_units = 5;
	c->limits.slot_failures = 6;
	c->limits.slot_flaps = 2;
}

static int read_file(struct config *c, struct problem *problem)
{
	struct reader r = {.problem = problem};
	size_t n;
	char *text = reader_load(c->file, &n, problem);
	cJSON *tree = text ? reader_parse(text, n, problem) : NULL;
	int result = -1;

	if (tree)
		result = reader_object(&r, tree, station_keys, COUNT(station_keys), c);
	if (result == 0)
		c->profiles_dir_given =
			cJSON_GetObjectItemCaseSensitive(tree, "profiles_dir") != NULL;
	cJSON_Delete(tree);
	free(text);
	return result;
}

/* An order names a package by id or name in the store, or a folder: what is one is taken as one. */
static int resolve_order(struct config *c, struct problem *problem)
{
	char folder[CONFIG_PATH_MAX];
	struct stat st;
	bool is_folder = config_join(folder, sizeof folder, c->file, c->order.package) &&
			 stat(folder, &st) == 0 && S_ISDIR(st.st_mode);

	if (!c->order.given || (!is_folder && !strchr(c->order.package, '/')))
		return 0;
	return resolve(c, c->order.package, "order.package", problem);
}

/* Keys that name files are relative to the config. */
static int resolve_paths(struct config *c, struct problem *problem)
{
	char socket[108]; /* as long as a socket's address may be */

	if (resolve(c, c->state_dir, "state_dir", problem) != 0 ||
	    resolve(c, c->profiles_dir, "profiles_dir", problem) != 0)
		return -1;
	if (resolve_order(c, problem) != 0)
		return -1;
	if (strncmp(c->usb.attach, "unix:", 5) != 0)
		return 0;
	if (!config_join(socket, sizeof socket, c->file, c->usb.attach + 5))
		return problem_set(problem, "usb.attach", "use a shorter path",
				   "a socket path has at most 107 characters");
	snprintf(c->usb.attach, sizeof c->usb.attach, "unix:%s", socket);
	return 0;
}

struct config *config_load(const char *file, struct problem *problem)
{
	struct config *c = calloc(1, sizeof *c);

	if (!c) {
		problem_set(problem, "memory", "free some memory", "out of memory");
		return NULL;
	}
	set_defaults(c);
	if (file) {
		if (!realpath(file, c->file) && strlen(file) < sizeof c->file)
			snprintf(c->file, sizeof c->file, "%s", file);
		if (read_file(c, problem) != 0)
			goto fail;
	}
	if (resolve_paths(c, problem) != 0 || check_listen(c, problem) != 0)
		goto fail;
	return c;
fail:
	config_free(c);
	return NULL;
}

void config_free(struct config *c)
{
	free(c);
}
