using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Reflection;
using System.Runtime.InteropServices;
using PbKv.Bench;
using PbKv.Chaos;
using PbKv.Host.Checks;
using PbKv.Host.Shell;

namespace PbKv.Host;

/// <summary>Every command of the program. One that is not here does not exist.</summary>
internal static class CommandTree
{
    /// <summary>By their names: of commands that are not asked for, not even the assembly is loaded.</summary>
    internal static readonly (string[] Names, Func<Terminal, IEnumerable<Command>> Create)[] Groups =
    [
        (["demo"], terminal => [new DemoCommand(terminal).Create()]),
        (["view"], terminal => [NodeCommands.View(terminal)]),
        (["replica"], terminal => [NodeCommands.Replica(terminal)]),
        (["get", "put", "puthash", "append", "delete", "increment"], OperationCommands.Create),
        (["shell"], terminal => [ShellCommand.Create(terminal)]),
        (["status"], terminal => [new StatusCommand(terminal).Create()]),
        (["load"], terminal => [LoadCommand.Create(terminal)]),
        (["bench"], terminal => [new BenchCommand(terminal).Create()]),
        (["check"], terminal => [new CheckCommand(terminal).Create()]),
        (["simulate"], terminal => [new SimulateCommand(terminal).Create()]),
        (["chaos"], terminal => [new ChaosCommand(terminal).Create()]),
        (["version"], terminal => [VersionCommand.Create(terminal)]),
        (["completion"], terminal => [CompletionCommand.Create(terminal)]),
    ];

    /// <param name="first">The first word: all commands are there unless it names one.</param>
    public static RootCommand Create(Terminal terminal, string? first = null)
    {
        var root = new RootCommand(
            "A primary/backup replicated key/value store. Without a command: a whole cluster in this process, and "
                + "a shell."
        )
        {
            HelpName = "pbkv",
        };
        root.Options.Clear();
        // Not -? and /h, which System.CommandLine takes for help too: here they may be keys.
        root.Options.Add(
            new HelpOption("--help", "-h") { Recursive = true, Description = "Show what there is to know" }
        );
        root.Options.Add(new VersionOption("--version", "-v") { Action = new VersionCommand.Say(terminal) });
        root.Options.Add(ConfigOptions.File);
        root.Options.Add(ConfigOptions.Define);
        var asked = Groups.Where(group => group.Names.Contains(first)).ToArray();
        // Without a command it is the demo.
        if (asked.Length == 0)
            new DemoCommand(terminal).AddTo(root);
        foreach (var group in asked.Length == 0 ? Groups : asked)
        foreach (var command in group.Create(terminal))
            root.Subcommands.Add(command);
        return root;
    }
}

internal static class VersionCommand
{
    private static readonly string[] Parts = typeof(VersionCommand)
        .Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!
        .InformationalVersion.Split('+');

    public static string Number => Parts[0];

    /// <summary>That it was built from, where it was built in a repository.</summary>
    private static string Commit => Parts.Length > 1 ? $"commit {Parts[1][..Math.Min(9, Parts[1].Length)]}, " : "";

    public static Command Create(Terminal terminal) =>
        new("version", "Say which pbkv this is") { Action = new Say(terminal) };

    internal sealed class Say(Terminal terminal) : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            terminal.WriteLine(
                $"pbkv {Number} ({Commit}{RuntimeInformation.FrameworkDescription}, "
                    + $"{RuntimeInformation.RuntimeIdentifier})"
            );
            return ExitCodes.Done;
        }
    }
}
