using System.CommandLine;
using PbKv.Host.Client;
using PbKv.Host.Nodes;

namespace PbKv.Host.Shell;

/// <summary>`shell`: a prompt on a terminal, the line protocol elsewhere.</summary>
internal static class ShellCommand
{
    public static Command Create(Terminal terminal)
    {
        var client = new ClientOptions();
        var command = new Command("shell", "Type commands; without a terminal: one command a line, one answer a line");
        client.AddTo(command);
        command.SetAction(async (parsed, _) =>
        {
            var address = client.Read(parsed);
            using var signals = new Signals();
            await using var store = await Store.OpenAsync(address);
            if (terminal.IsInteractive && !client.Json(parsed)) await new ConsoleShell(terminal, store).RunAsync(signals.Asked);
            else await new LineShell(terminal, store, client.Json(parsed)).RunAsync(signals.Asked);
            return ExitCodes.Done;
        });
        return command;
    }
}
