using System.Text;
using PbKv.Host.Client;

namespace PbKv.Host.Shell;

/// <summary>The shell without a terminal: one command a line, one answer a line, each flushed, until the input ends.</summary>
internal sealed class LineShell(Terminal terminal, Store store, bool json)
{
    public async Task<int> RunAsync(CancellationToken cancellation)
    {
        var lines = new LineReader(terminal.Input);
        var asked = Task.Delay(Timeout.Infinite, cancellation);
        while (true)
        {
            // Reading standard input cannot be cancelled; a signal must not wait for a line.
            var reading = lines.ReadAsync();
            if (await Task.WhenAny(reading, asked) != reading || await reading is not { } line) break;
            if (await AnswerAsync(line, cancellation) is not { } answer) continue;
            terminal.WriteLine(answer);
            terminal.Flush();
        }

        return ExitCodes.Done;
    }

    /// <returns>Null for a blank line, which asks nothing.</returns>
    private async Task<byte[]?> AnswerAsync(byte[] line, CancellationToken cancellation)
    {
        try
        {
            if (ShellRequest.Parse(line) is not { } request) return null;
            if (request.Kind is null)
            {
                var status = await store.StatusAsync(cancellation);
                return json ? StatusJson.Of(status) : [.. "ok "u8, .. StatusJson.Of(status)];
            }

            var answer = await store.RunAsync(request.Kind.Value, request.Key, request.Value, cancellation);
            return json ? answer.ToJson() : answer.ToLine();
        }
        catch (Failure failure)
        {
            return json ? Json.OfFailure(failure) : Encoding.UTF8.GetBytes($"error {failure.Code} {failure.Message}");
        }
    }
}
