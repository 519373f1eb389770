using PbKv.Checking;
using PbKv.Client;
using PbKv.Protocol;

namespace PbKv.Actors.Tests.Scenarios;

/// <summary>A client whose every call and answer goes into a history, to be checked for linearizability.</summary>
internal sealed class Recorder(History history, int number, PbKvClient client, Network network)
{
    /// <summary>The longest that any call took, in ticks of the view service.</summary>
    public long LongestTicks { get; private set; }

    public TimeSpan Longest { get; private set; }

    public Task PutAsync(string key, string value) =>
        RunAsync(
            OperationKind.Put,
            key,
            value,
            async () =>
            {
                await client.PutAsync(key, value);
                return null;
            }
        );

    public Task AppendAsync(string key, string value) =>
        RunAsync(
            OperationKind.Append,
            key,
            value,
            async () =>
            {
                await client.AppendAsync(key, value);
                return null;
            }
        );

    public Task<string?> PutHashAsync(string key, string value) =>
        RunAsync(OperationKind.PutHash, key, value, async () => await client.PutHashAsync(key, value));

    public Task<string?> TryGetAsync(string key) =>
        RunAsync(OperationKind.Get, key, "", async () => await client.TryGetAsync(key));

    public static void AssertLinearizable(History history)
    {
        var verdict = LinearizabilityChecker.Check(history);
        Assert.True(verdict.Ok, verdict.Account);
    }

    private async Task<string?> RunAsync(OperationKind kind, string key, string value, Func<Task<string?>> call)
    {
        var operation = history.Invoke(number, kind, Bytes.Utf8(key), Bytes.Utf8(value));
        var (ticks, start) = (network.Ticks, System.Diagnostics.Stopwatch.GetTimestamp());
        var result = await call();
        var took = System.Diagnostics.Stopwatch.GetElapsedTime(start);
        LongestTicks = Math.Max(LongestTicks, network.Ticks - ticks);
        Longest = took > Longest ? took : Longest;
        var observes = kind is OperationKind.Get or OperationKind.PutHash;
        history.Respond(
            operation,
            observes && result is null ? CallStatus.Missing : CallStatus.Ok,
            Bytes.Utf8(result ?? "")
        );
        return result;
    }
}
