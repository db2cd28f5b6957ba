#include "station/order/opening.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "station/ledger/times.h"
#include "station/log.h"
#include "station/order/wish.h"

struct opening {
	struct station *station;
	struct order *order; /* NULL until the package is known */
	char name[128], operator_name[128];
	const struct profile *profile;
	struct task_choice choice;
	struct task task;
	int64_t quantity;
	view_done *done;
	void *context;
};

/* ---- orders of the station ---- */

static bool add_order(struct station *s, struct order *o)
{
	size_t at = s->order_count;

	if (at == STATION_ORDERS_MAX)
		return false;
	for (; at > 0 && s->orders[at - 1]->id > o->id; at--)
		s->orders[at] = s->orders[at - 1];
	s->orders[at] = o;
	s->order_count++;
	return true;
}

static void remove_order(struct station *s, struct order *o)
{
	size_t i = 0;

	while (s->orders[i] != o)
		i++;
	memmove(&s->orders[i], &s->orders[i + 1],
		(s->order_count - i - 1) * sizeof(struct order *));
	s->order_count--;
	loaded_package_close(o->loaded);
	order_free(o);
	s->station_version = station_touch(s);
}

static void finish(struct opening *op, const struct problem *problem)
{
	int64_t id = op->order ? op->order->id : 0;

	if (problem) {
		station_event(op->station, "order-refused", NULL, "%s: %s: %s; %s", op->name,
			      problem->where, problem->why, problem->remedy);
		if (op->order)
			remove_order(op->station, op->order);
		id = 0;
	}
	if (op->done)
		op->done(op->context, id, problem);
	free(op);
}

static void refuse(struct opening *op, const char *where, const char *remedy, const char *why)
{
	struct problem problem;

	problem_set(&problem, where, remedy, "%s", why);
	finish(op, &problem);
}

/* ---- the last steps: loaded, recorded, open ---- */

static void set_open(struct station *s, struct order *o)
{
	o->state = ORDER_OPEN;
	o->recorded = true;
	o->why[0] = '\0';
	o->version = s->station_version = station_touch(s);
	station_event(s, "order-open", NULL, "%s: %s, package %.12s, profile %s, %lld units",
		      o->name, flow_operation_name(o->task.operation), o->package_id,
		      o->profile_name, (long long)o->quantity);
	station_wake_ports(s);
}

static void recorded(void *context, int64_t id, const struct problem *error)
{
	struct opening *op = context;

	(void)id;
	if (error) {
		finish(op, error);
		return;
	}
	set_open(op->station, op->order);
	finish(op, NULL);
}

static void record(struct opening *op)
{
	struct order *o = op->order;
	struct ledger_order row = {
		.id = o->id,
		.name = o->name,
		.profile = o->profile_name,
		.package_id = o->package_id,
		.product = o->product,
		.quantity = o->quantity,
		.operator_name = o->operator_name[0] ? o->operator_name : NULL,
		.opened_ms = o->opened_ms,
		.operation = flow_operation_name(o->task.operation),
	};
	char *choice = task_choice_print(&o->choice);

	if (!choice) {
		refuse(op, "memory", "free some memory", "out of memory");
		return;
	}
	row.choice_json = choice;
	ledger_open_order(op->station->ledger, &row, recorded, op);
	free(choice);
}

/* Is the loaded package fit for this order? False with `problem`. */
static bool fit(const struct order *o, struct problem *problem)
{
	const struct package *p = &o->loaded->package;
	const struct finding *f = package_first_refusal(p);
	bool has_storage = o->profile->storage == STORAGE_NONE ||
			   scatter_section_for(&p->scatter, o->profile->storage) != NULL;
	char where[128];

	if (f) {
		snprintf(where, sizeof where, "package %.40s, %s", p->name,
			 f->item[0] ? f->item : "as a whole");
		problem_set(problem, where, f->remedy, "ST-%03u %.200s", f->station_code, f->text);
		return false;
	}
	if (!profile_allows_platform(o->profile, p->scatter.platform)) {
		problem_set(problem, "package", "choose the package or the profile of this product",
			    "ST-032 it is for %s, profile %.60s is not", p->scatter.platform,
			    o->profile->name);
		return false;
	}
	if (!has_storage) {
		problem_set(problem, "package", "choose the package or the profile of this product",
			    "ST-042 it has no layout for %s",
			    storage_kind_name(o->profile->storage));
		return false;
	}
	return true;
}

static void loaded(void *context, struct loaded_package *package, const struct problem *error)
{
	struct opening *op = context;
	struct order *o = op->order;
	struct problem problem;

	o->loaded = package;
	o->busy = false;
	if (o->state == ORDER_CLOSING) {
		finish(op, NULL);
		return;
	}
	if (!error && !fit(o, &problem))
		error = &problem;
	if (error && o->recorded) { /* open since before the restart: it stays, and says why */
		snprintf(o->why, sizeof o->why, "%s: %s; %s", error->where, error->why,
			 error->remedy);
		log_line(LOG_ERROR, "order %s can not go on: %s", o->name, o->why);
		station_event(op->station, "order-stuck", NULL, "%s: %s", o->name, o->why);
		station_wake_ports(op->station); /* those that waited for it */
		op->order = NULL;
		finish(op, NULL);
		return;
	}
	if (error) {
		finish(op, error);
		return;
	}
	order_make_plan(o);
	if (!o->recorded) {
		record(op);
		return;
	}
	set_open(op->station, o);
	finish(op, NULL);
}

/* The agent file that the profile names: beside the profile if there is one, else in the package.
 */
static void load(struct opening *op, const struct stored_package *package)
{
	const struct profile *p = op->profile;
	char beside[PROFILE_PATH_MAX + 300];
	struct problem problem;
	bool named = p->da[0] && config_join(beside, sizeof beside, p->file, p->da);

	if (store_load(&op->station->store, package, named ? beside : NULL, p->da, &p->rules,
		       loaded, op, &problem) != 0)
		finish(op, &problem);
	else
		op->order->busy = true;
}

/* ---- the first steps: wish and package ---- */

static bool make_order(struct opening *op, const struct stored_package *package)
{
	struct station *s = op->station;
	struct order *o = order_make();

	if (!o)
		return false;
	o->id = s->next_order_id++;
	o->profile = op->profile;
	o->quantity = op->quantity;
	order_take_choice(o, &op->choice);
	o->task = op->task;
	o->opened_ms = times_now_ms();
	snprintf(o->name, sizeof o->name, "%s", op->name);
	snprintf(o->profile_name, sizeof o->profile_name, "%s", op->profile->name);
	snprintf(o->product, sizeof o->product, "%s", op->profile->product);
	snprintf(o->operator_name, sizeof o->operator_name, "%s", op->operator_name);
	snprintf(o->package_id, sizeof o->package_id, "%s", package->manifest.id);
	snprintf(o->package_name, sizeof o->package_name, "%s", package->manifest.name);
	if (!add_order(s, o)) {
		order_free(o);
		return false;
	}
	op->order = o;
	return true;
}

static void take_package(struct opening *op, const struct stored_package *package)
{
	char where[128];

	snprintf(where, sizeof where, "package %.60s", package->manifest.name);
	switch (package->state) {
	case STORED_IMPORTING:
		refuse(op, where, "open the order when its import has ended",
		       "it is still being imported");
		break;
	case STORED_REFUSED:
		refuse(op, where, "correct the package and import it again", package->why);
		break;
	case STORED_FAILED:
		refuse(op, where, "import it again", package->why);
		break;
	case STORED_READY:
		if (make_order(op, package))
			load(op, package);
		else
			refuse(op, "orders", "close an order first",
			       "there are as many open orders as the station can keep");
		break;
	}
}

static void imported(void *context, struct stored_package *package, const struct problem *error)
{
	struct opening *op = context;

	if (error) {
		finish(op, error);
		return;
	}
	station_record_package(op->station, package);
	take_package(op, package);
}

static void find_package(struct opening *op, const char *what)
{
	struct stored_package *package = store_find(&op->station->store, what);
	struct problem problem;

	if (package)
		take_package(op, package);
	else if (!strchr(what, '/'))
		refuse(op, "package", "import its folder, or give the path of the folder",
		       "the store has no package of this id or name");
	else if (store_import(&op->station->store, what, imported, op, &problem) != 0)
		finish(op, &problem);
}

static bool name_is_open(const struct station *s, const char *name)
{
	for (size_t i = 0; i < s->order_count; i++)
		if (strcmp(s->orders[i]->name, name) == 0)
			return true;
	return false;
}

static void name_order(struct opening *op, const char *name)
{
	time_t now = (time_t)(times_now_ms() / 1000);
	struct tm utc;
	char stamp[32];

	if (name && name[0]) {
		snprintf(op->name, sizeof op->name, "%s", name);
		return;
	}
	gmtime_r(&now, &utc);
	strftime(stamp, sizeof stamp, "%Y%m%d-%H%M%S", &utc);
	snprintf(op->name, sizeof op->name, "order-%s-%lld", stamp,
		 (long long)op->station->next_order_id);
}

void opening_begin(struct station *s, const struct view_order_request *request, view_done *done,
		   void *context)
{
	struct opening *op = calloc(1, sizeof *op);
	struct problem problem;

	if (!op) {
		problem_set(&problem, "memory", "free some memory", "out of memory");
		done(context, 0, &problem);
		return;
	}
	op->station = s;
	op->done = done;
	op->context = context;
	op->quantity = request->quantity;
	op->profile = profiles_find(s->profiles, request->profile);
	name_order(op, request->name);
	snprintf(op->operator_name, sizeof op->operator_name, "%s",
		 request->operator_name ? request->operator_name : "");
	if (s->phase == STATION_STOPPING)
		refuse(op, "station", "wait until it runs again", "the station is stopping");
	else if (!op->profile)
		refuse(op, "profile", "use the name of a profile in profiles_dir",
		       "no profile of this name is known");
	else if (request->quantity < 0)
		refuse(op, "quantity", "give 0 for an open end, or a number", "it is negative");
	else if (name_is_open(s, op->name))
		refuse(op, "name", "close that order first, or use another name",
		       "an order of this name is open");
	else if (wish_read(s, request, &op->choice, &problem) != 0 ||
		 task_choose(&op->task, &op->profile->task, op->profile->operations, &op->choice,
			     &problem) != 0)
		finish(op, &problem);
	else
		find_package(op, request->package);
}

/* ---- orders from before ---- */

static void resume(struct station *s, struct order *o)
{
	struct opening *op = calloc(1, sizeof *op);
	struct stored_package *package = store_find(&s->store, o->package_id);
	const char *why = NULL;
	struct problem problem;

	o->profile = profiles_find(s->profiles, o->profile_name);
	if (!op)
		why = "out of memory";
	else if (!o->profile)
		why = "its profile is not in profiles_dir any more; put it back and restart";
	else if (!package || package->state != STORED_READY)
		why = "its package is not in the store any more; import it and restart";
	else if (task_choose(&o->task, &o->profile->task, o->profile->operations, &o->choice,
			     &problem) != 0)
		why = problem.why;
	if (why) {
		snprintf(o->why, sizeof o->why, "%s", why);
		station_event(s, "order-stuck", NULL, "%s: %s", o->name, why);
		free(op);
		return;
	}
	op->station = s;
	op->order = o;
	op->profile = o->profile;
	snprintf(op->name, sizeof op->name, "%s", o->name);
	snprintf(o->package_name, sizeof o->package_name, "%s", package->manifest.name);
	load(op, package);
}

int opening_resume(struct station *s, const struct ledger_loaded *from, struct problem *problem)
{
	for (size_t i = 0; i < from->order_count; i++) {
		struct order *o = order_make();
		struct task_choice choice;

		if (!o || !order_restore(o, &from->orders[i]) ||
		    task_choice_parse(from->orders[i].choice_json, &choice, problem) != 0 ||
		    !add_order(s, o)) {
			order_free(o);
			return problem_set(problem, "ledger", "close some orders, free some memory",
					   "its open orders can not be taken up");
		}
		order_take_choice(o, &choice);
		resume(s, o);
	}
	return 0;
}

/* ---- closing ---- */

struct closing {
	struct station *station;
	int64_t id;
	view_done *done;
	void *context;
};

static struct order *find_order(struct station *s, int64_t id)
{
	for (size_t i = 0; i < s->order_count; i++)
		if (s->orders[i]->id == id)
			return s->orders[i];
	return NULL;
}

static void closed(void *context, int64_t row, const struct problem *error)
{
	struct closing *c = context;
	struct order *o = find_order(c->station, c->id);

	(void)row;
	if (o && error) { /* still open in the ledger, so it is */
		o->state = o->loaded ? ORDER_OPEN : ORDER_LOADING;
		o->version = station_touch(c->station);
	} else if (o) {
		o->recorded = false; /* not shown any more; freed when its runs are over */
		c->station->station_version = station_touch(c->station);
	}
	c->done(c->context, c->id, error);
	free(c);
}

void opening_close(struct station *s, int64_t id, view_done *done, void *context)
{
	struct order *o = find_order(s, id);
	struct closing *c = calloc(1, sizeof *c);
	struct problem problem;

	if (!o || !o->recorded || o->state == ORDER_CLOSING || !c) {
		problem_set(&problem, "order", "look at the list of open orders",
			    "no order of this number is open");
		free(c);
		done(context, id, &problem);
		return;
	}
	*c = (struct closing){s, id, done, context};
	o->state = ORDER_CLOSING;
	o->version = station_touch(s);
	station_event(s, "order-closed", NULL, "%s: %u passed, %u failed, %u refused", o->name,
		      o->passed, o->failed, o->refused);
	ledger_close_order(s->ledger, id, times_now_ms(), "closed by hand", closed, c);
}

void opening_tick(struct station *s)
{
	for (size_t i = s->order_count; i-- > 0;) {
		struct order *o = s->orders[i];

		if (o->state == ORDER_CLOSING && !o->recorded && !o->busy && o->running == 0)
			remove_order(s, o);
	}
}
