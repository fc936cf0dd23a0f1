import { Argument, type Command } from 'commander';
import { action } from '../action.js';

/** What can follow a command. */
interface Completions {
  /** `batch run`; empty for the program itself. */
  readonly path: string;
  readonly words: readonly string[];
}

/** `reprise completion`: a script for a shell, made of the very commands that there are. */
export function completion(program: Command): void {
  program
    .command('completion')
    .description('print a completion script: source <(reprise completion bash)')
    .addArgument(new Argument('<shell>').choices(['bash', 'zsh', 'fish']))
    .action(
      action<[shell: 'bash' | 'zsh' | 'fish']>((session, [shell]) => {
        const tree = completionsOf(program, []);
        session.output.write(shell === 'fish' ? fish(tree) : `${shell === 'zsh' ? ZSH : ''}${bash(tree)}`);
        return Promise.resolve(undefined);
      }),
    );
}

function completionsOf(command: Command, path: readonly string[]): Completions[] {
  const options = [...command.options, ...(command.parent?.options ?? [])].flatMap(({ long }) => (long == null ? [] : [long]));
  const words = [...command.commands.map((each) => each.name()), ...new Set([...options, '--help'])];
  return [{ path: path.join(' '), words }, ...command.commands.flatMap((each) => completionsOf(each, [...path, each.name()]))];
}

/** zsh reads bash's. */
const ZSH = 'autoload -U +X bashcompinit && bashcompinit\n';

function bash(tree: readonly Completions[]): string {
  const cases = tree.map(({ path, words }) => `    '${path}') words='${words.join(' ')}' ;;`);
  return `_reprise() {
  local path='' word i words=''
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="\${COMP_WORDS[i]}"
    case "\${path:+$path }$word" in
${tree.flatMap(({ path }) => (path === '' ? [] : [`      '${path}') path='${path}' ;;`])).join('\n')}
    esac
  done
  case "$path" in
${cases.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _reprise reprise
`;
}

function fish(tree: readonly Completions[]): string {
  const lines = tree.flatMap(({ path, words }) => {
    const depth = path === '' ? [] : path.split(' ');
    const condition =
      depth.length === 0 ? '__fish_use_subcommand' : depth.map((word) => `__fish_seen_subcommand_from ${word}`).join('; and ');
    return words.map((word) =>
      word.startsWith('--')
        ? `complete -c reprise -n '${condition}' -l ${word.slice(2)}`
        : `complete -c reprise -n '${condition}' -f -a ${word}`,
    );
  });
  return `${lines.join('\n')}\n`;
}
