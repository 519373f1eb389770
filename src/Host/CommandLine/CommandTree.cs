using System.CommandLine;
using System.CommandLine.Help;

namespace PbKv.Host.CommandLine;

/// <summary>Every command of the program. One that is not here does not exist.</summary>
internal static class CommandTree
{
    public static RootCommand Create(Terminal terminal)
    {
        var root = new RootCommand("A primary/backup replicated key/value store. Without a command: a whole cluster in this process, and a shell.")
        {
            HelpName = "pbkv",
        };
        root.Options.Clear();
        // Not -? and /h, which System.CommandLine takes for help too: here they may be keys.
        root.Options.Add(new HelpOption("--help", "-h") { Recursive = true, Description = "Show what there is to know" });
        root.Options.Add(ConfigOptions.File);
        root.Options.Add(ConfigOptions.Define);
        foreach (var command in Commands(terminal)) root.Subcommands.Add(command);
        return root;
    }

    private static IEnumerable<Command> Commands(Terminal terminal)
    {
        yield return VersionCommand.Create(terminal);
        yield return CompletionCommand.Create(terminal);
    }
}
