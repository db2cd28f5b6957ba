/* read_file: for the programs that make tables at build time; not part of the engine library. */
#ifndef ENGINE_GEN_READ_FILE_H
#define ENGINE_GEN_READ_FILE_H

/* The whole file as a string, to be freed by the caller. Ends the program when it can't be read. */
char *read_file(const char *path);

#endif
