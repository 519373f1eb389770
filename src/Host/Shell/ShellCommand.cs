using System.Text;

namespace PbKv.Host.Shell;

/// <summary>`shell`: a prompt on a terminal, the line protocol elsewhere.</summary>
internal static class ShellCommand
{
    public static Command Create(Terminal terminal)
    {
        var client = new ClientOptions();
        var command = new Command("shell", "Type commands; without a terminal: one command a line, one answer a line");
        client.AddTo(command);
        command.SetAction(
            async (parsed, _) =>
            {
                using var signals = new Signals();
                await using var cluster = await ClusterClient.OpenAsync(
                    client.Read(parsed),
                    ClientOptions.Quietly(parsed)
                );
                if (!terminal.IsInteractive || client.Json(parsed))
                    return await new LineShell(terminal, cluster, client.Json(parsed)).RunAsync(signals.Asked);
                await new ConsoleShell(terminal, cluster).RunAsync(signals.Asked);
                return ExitCodes.Done;
            }
        );
        return command;
    }
}

/// <summary>The shell on a terminal: a prompt with editing, history and completion, and answers for people.</summary>
internal sealed class ConsoleShell(Terminal terminal, ClusterClient cluster)
{
    private const string Prompt = "pbkv> ";

    private static readonly string[] Words = [.. ShellRequest.Names, "help", "exit"];

    private static readonly string[] Help =
    [
        "get KEY                 the value of a key",
        "put KEY VALUE           store a value",
        "append KEY VALUE        append to a value",
        "delete KEY              remove a key",
        "increment KEY [AMOUNT]  add to a number, 1 unless told; shows the sum",
        "cas KEY EXPECTED VALUE  store a value where the key has the expected one",
        "puthash KEY VALUE       store the hash of the previous value and this one; shows the previous one",
        "status                  who is primary, who is backup, and what they hold",
        "exit                    leave (so does Ctrl-D; Ctrl-C gives up a line)",
        "Words with blanks go in quotes, single or double; in quotes \\n \\t \\xHH and the like are escapes, and "
            + "\"\" is the empty word.",
    ];

    public async Task RunAsync(CancellationToken asked)
    {
        var editor = new LineEditor(() => Console.ReadKey(intercept: true), Console.Out, Width, Complete);
        Say("'help' says what there is.");
        while (!asked.IsCancellationRequested)
        {
            // A thread of its own: reading keys blocks, and a signal must not wait for one.
            var typed = Task.Factory.StartNew(
                () => Read(editor),
                CancellationToken.None,
                TaskCreationOptions.LongRunning,
                TaskScheduler.Default
            );
            if (await Task.WhenAny(typed, Task.Delay(Timeout.Infinite, asked)) != typed)
                return;
            if (await typed is not { } line || line.Trim() is "exit" or "quit")
                return;
            if (line.Trim() is "help" or "?")
                foreach (var text in Help)
                    Say(text);
            else
                await AnswerAsync(line, asked);
        }
    }

    /// <summary>
    /// At the prompt Ctrl-C is a key, which gives up a line that is being typed; elsewhere it is a signal.
    /// </summary>
    private static string? Read(LineEditor editor)
    {
        Console.TreatControlCAsInput = true;
        try
        {
            return editor.ReadLine(Prompt);
        }
        finally
        {
            Console.TreatControlCAsInput = false;
        }
    }

    /// <summary>Some terminals do not say how wide they are.</summary>
    private static int Width() => Console.WindowWidth > 0 ? Console.WindowWidth : 80;

    private static IReadOnlyList<string> Complete(string before) =>
        before.Contains(' ') ? [] : [.. Words.Where(word => word.StartsWith(before, StringComparison.Ordinal))];

    private async Task AnswerAsync(string line, CancellationToken asked)
    {
        try
        {
            if (ShellRequest.Parse(Encoding.UTF8.GetBytes(line)) is not { } request)
                return;
            if (request.Question is null)
                Say(StatusText.Of(await cluster.StatusAsync(asked), null, default, terminal.Colours).TrimEnd());
            else
                Say((await request.Question(cluster, asked)).ForPeople());
        }
        catch (Failure failure)
        {
            Say(terminal.Colours ? $"\u001b[31m{failure.Message}\u001b[0m" : failure.Message);
        }
    }

    private void Say(string text)
    {
        terminal.WriteLine(text);
        terminal.Flush();
    }
}
