/*
 * records: answers from the ledger. The query runs in the reader's worker pool; the request waits
 * with its connection suspended and is answered with the body the query made.
 */
#ifndef WEB_API_RECORDS_H
#define WEB_API_RECORDS_H

struct exchange;
struct query;

/* `noun` is for the 404: "no run has this number". Text for QUERY_RUN_LOG, else JSON. */
void records_answer(struct exchange *x, const struct query *q, const char *noun);

#endif
