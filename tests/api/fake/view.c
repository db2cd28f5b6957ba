/* station/view/view.h over the made-up slots. */
#include "station/view/view.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "tests/api/fake/fake.h"

static const char profile_json[] =
	"{\"product\":\"K65 board\",\"platforms\":[\"MT6765\"],"
	"\"storage\":\"emmc\",\"verify\":\"sample\",\"end\":\"shutdown\"}";

int64_t fake_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

uint64_t fake_random(struct station *s, uint64_t below)
{
	s->random ^= s->random << 13;
	s->random ^= s->random >> 7;
	s->random ^= s->random << 17;
	return s->random % below;
}

void fake_touch(struct station *s)
{
	s->version++;
	if (s->changed)
		s->changed(s->changed_context);
}

static void on_tick(uv_timer_t *timer)
{
	struct station *s = timer->data;

	if (s->options.alive)
		fake_live(s);
	else
		fake_touch(s);
}

static struct fake_package *add_package(struct station *s, const char *name, const char *state)
{
	struct fake_package *p = &s->packages[s->package_count++];

	snprintf(p->id, sizeof p->id, "%016llx%016llx%016llx%016llx",
		 (unsigned long long)fake_random(s, ~0ull),
		 (unsigned long long)fake_random(s, ~0ull),
		 (unsigned long long)fake_random(s, ~0ull),
		 (unsigned long long)fake_random(s, ~0ull));
	snprintf(p->name, sizeof p->name, "%s", name);
	p->state = state;
	p->bytes = 268435456;
	p->done = strcmp(state, "ready") ? 0 : p->bytes;
	p->version = ++s->version;
	return p;
}

static struct fake_order *add_order(struct station *s, const char *name, int64_t quantity)
{
	struct fake_order *order = &s->orders[s->order_count++];

	*order = (struct fake_order){.id = ++s->last_order,
				     .quantity = quantity,
				     .opened_ms = fake_now(),
				     .version = ++s->version};
	snprintf(order->name, sizeof order->name, "%s", name);
	snprintf(order->profile, sizeof order->profile, "generic-xflash");
	snprintf(order->operation, sizeof order->operation, "download");
	return order;
}

void fake_start(struct station *s, uv_loop_t *loop, const struct fake_options *o)
{
	memset(s, 0, sizeof *s);
	s->options = *o;
	s->loop = loop;
	s->random = 0x9e3779b97f4a7c15ull ^ o->seed;
	s->started_ms = fake_now();
	for (size_t i = 0; i < o->slots; i++) {
		struct fake_slot *slot = &s->slots[i];

		snprintf(slot->label, sizeof slot->label, "%c%zu", (char)('A' + i / 8), i % 8 + 1);
		snprintf(slot->path, sizeof slot->path, "pci0000:00/0000:00:14.0 usb1 1-4.%zu",
			 i + 1);
		slot->state = "empty";
		slot->step = slot->partition = "";
		slot->version = ++s->version;
		slot->phase_until_ms = s->started_ms + (int64_t)fake_random(s, 4000);
	}
	add_package(s, "k65-fw-4.2.1", "ready");
	if (o->order) {
		struct fake_order *order = add_order(s, "WO-20417", 500);

		order->passed = 312;
		order->failed = 5;
		order->refused = 1;
		snprintf(order->operator_name, sizeof order->operator_name, "118");
	}
	if (!o->alive && o->order)
		fake_pose(s);
	uv_timer_init(loop, &s->tick);
	s->tick.data = s;
	uv_timer_start(&s->tick, on_tick, 100, 100);
}

void fake_stop(struct station *s)
{
	uv_close((uv_handle_t *)&s->tick, NULL);
}

uint64_t view_version(const struct station *s)
{
	return s->version;
}

void view_station(const struct station *s, struct view_station *out)
{
	bool ready = !strcmp(s->options.state, "ready");

	*out = (struct view_station){
		.version = 1,
		.name = "Line 3 · Station B",
		.program_version = FLASHRACK_VERSION,
		.host = "station-b",
		.started_ms = s->started_ms,
		.usb = "usbip unix:/run/rack.sock",
		.ledger_path = "/var/lib/flashrack/ledger.db",
		.state = s->options.state,
		.state_why = ready ? "" : "the disk of the ledger is full",
		.slot_count = s->options.slots,
		.order_count = s->order_count,
		.package_count = s->package_count,
		.usb_memory_budget = 16 << 20,
		.usb_memory_used = 3 << 20,
		.transfer_bytes = 256 << 10,
		.bytes_written = s->written,
		.loop_lag_ms = 1.25,
	};
}

void view_slot(const struct station *s, size_t i, struct view_slot *out)
{
	const struct fake_slot *slot = &s->slots[i];
	bool here = strcmp(slot->state, "empty") && strcmp(slot->state, "removed");

	*out = (struct view_slot){
		.version = slot->version,
		.path = slot->path,
		.label = slot->label,
		.state = slot->state,
		.mode = !here		  ? ""
			: slot->phase > 4 ? "da"
					  : "preloader",
		.usb_id = here ? "0e8d:2000" : "",
		.usb_speed = here ? "high" : "",
		.me_id = slot->me_id,
		.soc_id = slot->soc_id,
		.chip = here ? "MT6765" : "",
		.run_id = slot->run_id,
		.order_id = s->order_count ? s->orders[s->order_count - 1].id : 0,
		.step = slot->step,
		.partition = slot->partition,
		.bytes_done = slot->done,
		.bytes_total = slot->total,
		.mib_per_s = slot->speed,
		.seconds_left = slot->speed > 0
					? (double)(slot->total - slot->done) / 1048576 / slot->speed
					: -1,
		.started_ms = slot->started_ms,
		.changed_ms = slot->changed_ms,
		.run_ms = slot->run_ms,
		.runs = slot->runs,
		.passed = slot->passed,
		.failed = slot->failed,
		.refused = slot->refused,
		.present = here,
		.operation = here ? "download" : "",
		.attempt = slot->run_id ? 1 : 0,
		.tries_left = slot->error ? 2 : -1,
		.quarantined = slot->quarantined,
		.fails_in_a_row = slot->quarantined ? 3 : 0,
	};
	if (slot->error)
		out->error = *slot->error;
}

long view_find_slot(const struct station *s, const char *label_or_path)
{
	for (size_t i = 0; i < s->options.slots; i++)
		if (!strcmp(s->slots[i].label, label_or_path) ||
		    !strcmp(s->slots[i].path, label_or_path))
			return (long)i;
	return -1;
}

void view_order(const struct station *s, size_t i, struct view_order *out)
{
	const struct fake_order *order = &s->orders[i];
	uint32_t ended = order->passed + order->failed + order->refused + order->interrupted;
	uint32_t running = 0;

	for (size_t n = 0; n < s->options.slots; n++)
		running += fake_slot_busy(&s->slots[n]);
	*out = (struct view_order){
		.version = order->version,
		.id = order->id,
		.name = order->name,
		.profile = order->profile,
		.product = "K65 board",
		.package_id = s->packages[0].id,
		.package_name = s->packages[0].name,
		.operator_name = order->operator_name,
		.operation = order->operation,
		.slots = order->slot[0] ? order->slots : NULL,
		.quantity = order->quantity,
		.passed = order->passed,
		.failed = order->failed,
		.refused = order->refused,
		.interrupted = order->interrupted,
		.running = i + 1 == s->order_count ? running : 0,
		.first_pass_yield = ended ? (double)order->passed / ended : -1,
		.units_per_hour = ended ? 214 : -1,
		.takt_median_s = ended ? 16.8 : -1,
		.opened_ms = order->opened_ms,
	};
}

void view_package(const struct station *s, size_t i, struct view_package *out)
{
	const struct fake_package *p = &s->packages[i];

	*out = (struct view_package){
		.version = p->version,
		.id = p->id,
		.name = p->name,
		.platform = "MT6765",
		.project = "k65v1_64_bsp",
		.state = p->state,
		.bytes = p->bytes,
		.bytes_done = p->done,
		.problem = p->problem,
	};
}

size_t view_profile_count(const struct station *s)
{
	(void)s;
	return 1;
}

void view_profile(const struct station *s, size_t i, const char **name, const char **json)
{
	(void)s;
	(void)i;
	*name = "generic-xflash";
	*json = profile_json;
}

void view_listen(struct station *s, void (*changed)(void *context), void *context)
{
	s->changed = changed;
	s->changed_context = context;
}

void view_open_order(struct station *s, const struct view_order_request *request, view_done *done,
		     void *context)
{
	struct problem problem;
	struct fake_order *order;

	if (s->order_count == FAKE_ORDERS_MAX ||
	    strncmp(request->package, s->packages[0].name, 64)) {
		if (strncmp(request->package, s->packages[0].id, strlen(request->package))) {
			problem_set(&problem, "package", "import the folder first",
				    "no package is called \"%.60s\"", request->package);
			done(context, 0, &problem);
			return;
		}
	}
	order = add_order(s, *request->name ? request->name : "Order", request->quantity);
	snprintf(order->operator_name, sizeof order->operator_name, "%s", request->operator_name);
	if (*request->operation)
		snprintf(order->operation, sizeof order->operation, "%s", request->operation);
	if (request->slots) {
		snprintf(order->slot, sizeof order->slot, "%s", request->slots[0]);
		order->slots[0] = order->slot;
	}
	fake_touch(s);
	done(context, order->id, NULL);
}

void view_close_order(struct station *s, int64_t id, view_done *done, void *context)
{
	for (size_t i = 0; i < s->order_count; i++) {
		if (s->orders[i].id != id)
			continue;
		memmove(&s->orders[i], &s->orders[i + 1],
			(--s->order_count - i) * sizeof *s->orders);
		break;
	}
	fake_touch(s);
	done(context, id, NULL);
}

void view_import_package(struct station *s, const char *folder, view_done *done, void *context)
{
	struct problem problem;

	if (s->package_count == FAKE_PACKAGES_MAX || strncmp(folder, "/srv/", 5)) {
		problem_set(&problem, "path", "give a folder with a scatter file",
			    "\"%.80s\" is not a folder", folder);
		done(context, 0, &problem);
		return;
	}
	add_package(s, folder + 5, "importing");
	fake_touch(s);
	done(context, 0, NULL);
}

int view_abort_slot(struct station *s, size_t i, struct problem *problem)
{
	struct fake_slot *slot = &s->slots[i];

	if (!fake_slot_busy(slot))
		return problem_set(problem, slot->label, "wait until a unit is flashed here",
				   "no run is under way in slot %s", slot->label);
	fake_slot_leave(s, slot, "interrupted", fake_error(4));
	slot->version = ++s->version;
	fake_touch(s);
	return 0;
}

int view_retry_slot(struct station *s, size_t i, struct problem *problem)
{
	struct fake_slot *slot = &s->slots[i];

	if (fake_slot_busy(slot) || !strcmp(slot->state, "empty"))
		return problem_set(problem, slot->label, "wait for the result, or plug a unit in",
				   "slot %s has no unit that waits", slot->label);
	fake_slot_begin(s, slot);
	slot->version = ++s->version;
	fake_touch(s);
	return 0;
}

int view_resume_order(struct station *s, int64_t id, struct problem *problem)
{
	(void)s;
	return problem_set(problem, "order", "only an order that was stopped is resumed",
			   "order %lld is not stopped", (long long)id);
}

int view_release_slot(struct station *s, size_t i, struct problem *problem)
{
	struct fake_slot *slot = &s->slots[i];

	if (!slot->quarantined)
		return problem_set(problem, slot->label, "only a slot in quarantine is released",
				   "slot %s is not in quarantine", slot->label);
	slot->quarantined = false;
	slot->version = ++s->version;
	fake_touch(s);
	return 0;
}
