/* scatter: one entry as every form writes it, and the writers of the forms (packages.md 1). */
#ifndef TESTS_SAMPLE_SCATTER_H
#define TESTS_SAMPLE_SCATTER_H

#include <stdbool.h>
#include <stdint.h>

#include "tests/sample/chips.h"
#include "tests/sample/sample.h"
#include "tests/sample/sink.h"

/* The values of one entry in one storage; all text is static or the plan's. */
struct scatter_entry_text {
	const char *name, *file, *type, *region, *storage, *operation;
	uint64_t linear, physical, size;
	bool download, reserved, upgradable;
};

struct scatter_entry_text scatter_entry(const struct sample_plan *plan, size_t index,
					enum sample_storage storage);
const char *scatter_storage(enum sample_storage storage); /* "EMMC", "UFS", "NAND" */
const char *scatter_channel(enum sample_storage storage); /* boot_channel */
uint32_t scatter_block(enum sample_storage storage);	  /* block_size */

/* sink_text() with a format and a line end. */
__attribute__((format(printf, 2, 3))) void scatter_line(struct sink *s, const char *format, ...);

void scatter_put_plain(struct sink *s, const struct sample_plan *plan);
void scatter_put_single(struct sink *s, const struct sample_plan *plan); /* V1.1.1, V1.1.2 */
void scatter_put_multi(struct sink *s, const struct sample_plan *plan);	 /* V2.1.0 */
void scatter_put_xml(struct sink *s, const struct sample_plan *plan);	 /* V2.2.0 */

/* Names that the plain form never downloads get the prefix __NODL_. */
#define SCATTER_NODL "__NODL_"

#endif
