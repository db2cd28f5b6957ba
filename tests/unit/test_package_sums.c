/* Checksum files of a package: what they say of an image, and of which of its forms. */
#include "tests/unit/check.h"

#include "engine/package/package.h"
#include "tests/unit/samples_package.h"

static void open_hashed(struct package *p, struct sample_folder *f)
{
	struct problem problem;

	expect_accepted(package_open(p, "sample", SAMPLE_SCATTER, SAMPLE_DA, &f->source, &problem),
			&problem);
	expect_accepted(package_hash(p, NULL, NULL, &problem), &problem);
}

static const struct finding *find_finding(const struct package *p, enum finding_level level,
					  const char *text)
{
	for (size_t i = 0; i < p->finding_count; i++) {
		if (p->findings[i].level == level && strstr(p->findings[i].text, text))
			return &p->findings[i];
	}
	return NULL;
}

static void test_right_checksums(void **state)
{
	struct sample_folder folder;
	struct package p;

	(void)state;
	sample_folder_make(&folder);
	sample_folder_sum(&folder);
	open_hashed(&p, &folder);
	package_check(&p, NULL);
	assert_false(p.refused);
	for (size_t i = 0; i < p.part_count; i++)
		assert_int_equal(p.parts[i].sum, PART_SUM_GOOD);
	package_close(&p);
	sample_folder_free(&folder);
}

/* Put a copy of boot.img there as boot-verified.img. */
static void add_signed_boot(struct sample_folder *f)
{
	const struct buffer *boot = sample_folder_file(f, "boot.img");
	struct buffer copy = {0};

	buffer_add(&copy, boot->p, boot->n);
	sample_folder_put(f, "boot-verified.img", copy);
}

/* Builds with signed images sum those, also where the scatter names the plain ones. */
static void test_checksum_of_the_signed_form(void **state)
{
	struct sample_folder folder;
	struct package p;

	(void)state;
	sample_folder_make(&folder);
	sample_folder_sum(&folder);
	add_signed_boot(&folder);
	sample_folder_put_text(&folder, "boot.img", "ANDROID! without a signature");
	open_hashed(&p, &folder);
	package_check(&p, NULL);
	assert_int_equal(p.parts[1].sum, PART_SUM_SIGNED);
	assert_non_null(
		find_finding(&p, FINDING_NOTE, "the checksum is that of boot-verified.img"));
	assert_false(p.refused);
	package_close(&p);
	/* fits neither form */
	sample_folder_put_text(&folder, "boot-verified.img", "ANDROID! cut short");
	open_hashed(&p, &folder);
	assert_int_equal(p.parts[1].sum, PART_SUM_BAD);
	package_close(&p);
	sample_folder_free(&folder);
}

/* A package may hold the signed form alone: it is compared just the same. */
static void test_checksum_of_the_signed_form_alone(void **state)
{
	struct package_rules rules = {.take_signed = true};
	struct sample_folder folder;
	struct package p;

	(void)state;
	sample_folder_make(&folder);
	sample_folder_sum(&folder);
	add_signed_boot(&folder);
	sample_folder_remove(&folder, "boot.img");
	open_hashed(&p, &folder);
	assert_int_equal(p.parts[1].sum, PART_SUM_GOOD);
	package_close(&p);
	sample_folder_put_text(&folder, "boot-verified.img", "ANDROID! of another build");
	open_hashed(&p, &folder);
	package_check(&p, &rules);
	assert_int_equal(p.parts[1].sum, PART_SUM_BAD);
	assert_non_null(find_finding(&p, FINDING_REFUSAL, "boot-verified.img does not have"));
	package_close(&p);
	sample_folder_free(&folder);
}

/* Lists go by file name: a damaged signed form is found beside a good plain one. */
static void test_list_with_both_forms(void **state)
{
	struct sample_folder folder;
	struct buffer zeros = {0};
	struct package p;

	(void)state;
	sample_folder_make(&folder);
	buffer_fill(&zeros, 0, 1 << 20);
	sample_folder_put(&folder, "boot.img", zeros);
	add_signed_boot(&folder);
	sample_folder_put_text(&folder, "a.md5",
			       "b6d81b360a5672d80c27430f39153e2c  boot.img\n"
			       "b6d81b360a5672d80c27430f39153e2c  boot-verified.img\n");
	open_hashed(&p, &folder);
	assert_int_equal(p.parts[1].sum, PART_SUM_GOOD);
	package_close(&p);
	sample_folder_file(&folder, "boot-verified.img")->p[5] = 1;
	open_hashed(&p, &folder);
	assert_int_equal(p.parts[1].sum, PART_SUM_BAD);
	package_close(&p);
	sample_folder_free(&folder);
}

/* The sums of an image of zeros are known by heart. */
static void test_hash_lists(void **state)
{
	static const char *const lists[][2] = {
		{"a.md5", "b6d81b360a5672d80c27430f39153e2c  boot.img\n"},
		{"SHA1SUMS", "3b71f43ff30f4b15b5cd85dd9e95ebc7e84eb5a3 *boot.img\n"},
		{"SHA256SUMS",
		 "30e14955ebf1352266dc2ff8067e68104607e750abb9d3b36582b8af909fcb58  boot.img\n"},
	};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct sample_folder folder;
		struct buffer zeros = {0};
		struct package p;

		sample_folder_make(&folder);
		buffer_fill(&zeros, 0, 1 << 20);
		sample_folder_put(&folder, "boot.img", zeros);
		sample_folder_put_text(&folder, lists[i][0], lists[i][1]);
		open_hashed(&p, &folder);
		assert_int_equal(p.parts[1].sum, PART_SUM_GOOD);
		assert_int_equal(p.parts[0].sum, PART_SUM_NONE);
		package_close(&p);
		sample_folder_file(&folder, "boot.img")->p[0] = 1;
		open_hashed(&p, &folder);
		assert_int_equal(p.parts[1].sum, PART_SUM_BAD);
		package_check(&p, NULL);
		assert_true(p.refused);
		package_close(&p);
		sample_folder_free(&folder);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_right_checksums),
		cmocka_unit_test(test_checksum_of_the_signed_form),
		cmocka_unit_test(test_checksum_of_the_signed_form_alone),
		cmocka_unit_test(test_list_with_both_forms),
		cmocka_unit_test(test_hash_lists),
	};

	return cmocka_run_group_tests_name("package sums", tests, NULL, NULL);
}
