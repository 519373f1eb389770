using System.CommandLine;
using System.CommandLine.Help;
using System.Reflection;
using System.Runtime.InteropServices;
using PbKv.Bench;
using PbKv.Chaos;
using PbKv.Host.Checks;
using PbKv.Host.Client;
using PbKv.Host.Nodes;
using PbKv.Host.Shell;

namespace PbKv.Host;

/// <summary>Every command of the program. One that is not here does not exist.</summary>
internal static class CommandTree
{
    public static RootCommand Create(Terminal terminal)
    {
        var root = new RootCommand(
            "A primary/backup replicated key/value store. Without a command: a whole cluster in this process, and a shell."
        )
        {
            HelpName = "pbkv",
        };
        root.Options.Clear();
        // Not -? and /h, which System.CommandLine takes for help too: here they may be keys.
        root.Options.Add(
            new HelpOption("--help", "-h") { Recursive = true, Description = "Show what there is to know" }
        );
        root.Options.Add(ConfigOptions.File);
        root.Options.Add(ConfigOptions.Define);
        // Without a command it is the demo.
        new DemoCommand(terminal).AddTo(root);
        foreach (var command in Commands(terminal))
            root.Subcommands.Add(command);
        return root;
    }

    private static IEnumerable<Command> Commands(Terminal terminal) =>
        [
            new DemoCommand(terminal).Create(),
            NodeCommands.View(terminal),
            NodeCommands.Replica(terminal),
            .. OperationCommands.Create(terminal),
            ShellCommand.Create(terminal),
            new StatusCommand(terminal).Create(),
            LoadCommand.Create(terminal),
            new BenchCommand(terminal).Create(),
            new CheckCommand(terminal).Create(),
            new SimulateCommand(terminal).Create(),
            new ChaosCommand(terminal).Create(),
            VersionCommand.Create(terminal),
            CompletionCommand.Create(terminal),
        ];
}

internal static class VersionCommand
{
    public static string Number { get; } =
        typeof(VersionCommand)
            .Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!
            .InformationalVersion.Split('+')[0];

    public static Command Create(Terminal terminal)
    {
        var command = new Command("version", "Say which pbkv this is");
        command.SetAction(_ =>
        {
            terminal.WriteLine(
                $"pbkv {Number} ({RuntimeInformation.FrameworkDescription}, {RuntimeInformation.RuntimeIdentifier})"
            );
            return ExitCodes.Done;
        });
        return command;
    }
}
