/* handlers: one function a route; each file of web/api holds those of one resource. */
#ifndef WEB_API_HANDLERS_H
#define WEB_API_HANDLERS_H

struct exchange;

void get_page(struct exchange *x);
void get_page_file(struct exchange *x);
void get_openapi(struct exchange *x);
void get_schema(struct exchange *x);
void get_health(struct exchange *x);
void get_metrics(struct exchange *x);

void get_station(struct exchange *x);
void get_slots(struct exchange *x);
void get_slot(struct exchange *x);
void post_slot_abort(struct exchange *x);
void post_slot_retry(struct exchange *x);
void post_slot_release(struct exchange *x);

void get_units(struct exchange *x);
void get_unit(struct exchange *x);
void get_runs(struct exchange *x);
void get_run(struct exchange *x);
void get_run_log(struct exchange *x);
void get_stats(struct exchange *x);

void get_orders(struct exchange *x);
void get_order(struct exchange *x);
void post_order(struct exchange *x);
void post_order_close(struct exchange *x);
void post_order_resume(struct exchange *x);

void get_packages(struct exchange *x);
void get_package(struct exchange *x);
void post_package(struct exchange *x);

void get_profiles(struct exchange *x);
void get_profile(struct exchange *x);

void get_events(struct exchange *x);

#endif
