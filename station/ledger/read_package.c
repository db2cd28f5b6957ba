/* read_package: packages with findings and files, and the profiles in their current version. */
#include <stdio.h>

#include "station/ledger/read.h"

static const char select_packages[] =
	"SELECT p.id, p.sha256, p.name, p.platform, p.project, p.bytes, p.findings, p.source_path,"
	" p.imported_ms FROM packages p";

static int write_files(sqlite3 *db, int64_t package, struct json_out *out)
{
	struct rows r = rows_of(db,
				"SELECT f.name, i.bytes, i.sha256 FROM package_files f"
				" JOIN images i ON i.id = f.image_id WHERE f.package_id = ?1"
				" ORDER BY f.n",
				"i", package);

	json_array(out, "files");
	while (rows_next(&r)) {
		json_object(out, NULL);
		json_text(out, "name", rows_text(&r, 0));
		json_int(out, "bytes", rows_int(&r, 1));
		json_text(out, "sha256", rows_text(&r, 2));
		json_object_end(out);
	}
	json_array_end(out);
	return rows_end(&r);
}

static int write_package(sqlite3 *db, const struct rows *r, struct json_out *out)
{
	int code;

	json_object(out, NULL);
	json_text(out, "id", rows_text(r, 1));
	json_text(out, "name", rows_text(r, 2));
	json_text(out, "platform", rows_text(r, 3));
	json_text(out, "project", rows_text(r, 4));
	json_int(out, "bytes", rows_int(r, 5));
	json_text(out, "source", rows_text(r, 7));
	json_time(out, "imported_at", rows_int(r, 8));
	json_raw(out, "findings", rows_text_or_empty(r, 6));
	code = write_files(db, rows_int(r, 0), out);
	json_object_end(out);
	return code;
}

int read_packages(sqlite3 *db, const struct query *q, struct json_out *out, bool *found)
{
	int limit = filter_limit(q), count = 0;
	struct filter f = {0};
	int64_t last = 0, next = 0;
	char tail[64];
	struct rows r;

	filter_number(&f, "p.id < ?", q->after);
	snprintf(tail, sizeof tail, " ORDER BY p.id DESC LIMIT %d", limit + 1);
	r = filter_rows(&f, db, select_packages, tail);
	page_open(out);
	while (rows_next(&r)) {
		if (count++ == limit) {
			next = last;
			break;
		}
		last = rows_int(&r, 0);
		r.code = write_package(db, &r, out);
	}
	page_close(out, next);
	*found = true;
	return rows_end(&r);
}

int read_package(sqlite3 *db, const struct query *q, struct json_out *out, bool *found)
{
	struct filter f = {0};
	struct rows r;

	filter_plain(&f, "p.sha256 = lower(?)");
	f.values[f.count++].text = q->text_id;
	r = filter_rows(&f, db, select_packages, "");
	*found = rows_next(&r);
	if (*found)
		r.code = write_package(db, &r, out);
	return rows_end(&r);
}

int read_profiles(sqlite3 *db, const struct query *q, struct json_out *out, bool *found)
{
	struct rows r = rows_of(db,
				"SELECT name, sha256, loaded_ms, json FROM profiles AS f"
				" WHERE turn = (SELECT max(turn) FROM profiles WHERE name = f.name)"
				" AND (?1 = '' OR name = ?1) ORDER BY name",
				"t", q->text_id);

	page_open(out);
	while (rows_next(&r)) {
		json_object(out, NULL);
		json_text(out, "name", rows_text(&r, 0));
		json_text(out, "sha256", rows_text(&r, 1));
		json_time(out, "loaded_at", rows_int(&r, 2));
		json_raw(out, "profile", rows_text_or_empty(&r, 3));
		json_object_end(out);
	}
	page_close(out, 0);
	*found = true;
	return rows_end(&r);
}
