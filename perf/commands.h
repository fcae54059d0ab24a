/* The commands of `pel`, each in the file of its name: argv[1] and on are its arguments, the result is
 * the exit status. */
#ifndef PEL_PERF_COMMANDS_H
#define PEL_PERF_COMMANDS_H

int command_info(int argc, char **argv);
int command_explain(int argc, char **argv);
int command_bench(int argc, char **argv);
int command_tune(int argc, char **argv);
int command_verify(int argc, char **argv);
int command_wisdom(int argc, char **argv);

#endif
