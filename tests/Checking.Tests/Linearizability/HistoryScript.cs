using PbKv.Protocol;

namespace PbKv.Checking.Tests;

/// <summary>
/// Writes histories down shortly: one call is a whole operation, begin and end make it overlap others.
/// </summary>
internal sealed class HistoryScript
{
    public History History { get; } = new();

    public LinearizabilityVerdict Verdict => LinearizabilityChecker.Check(History);

    public int Begin(int client, OperationKind kind, string value = "", string key = "k") =>
        History.Invoke(client, kind, Bytes.Utf8(key), Bytes.Utf8(value));

    public void End(int operation, string? result = "") =>
        History.Respond(operation, result is null ? CallStatus.Missing : CallStatus.Ok, Bytes.Utf8(result ?? ""));

    public HistoryScript Put(string value, string key = "k") => Do(OperationKind.Put, value, "", key);

    public HistoryScript Append(string value, string key = "k") => Do(OperationKind.Append, value, "", key);

    public HistoryScript Get(string? result, string key = "k") => Do(OperationKind.Get, "", result, key);

    public HistoryScript PutHash(string value, string? previous, string key = "k") =>
        Do(OperationKind.PutHash, value, previous, key);

    public void ShouldBeFine() => Assert.True(Verdict.Ok, Verdict.Account);

    public void ShouldBeWrong() => Assert.Equal(Linearizability.Violated, Verdict.Outcome);

    private HistoryScript Do(OperationKind kind, string value, string? result, string key)
    {
        End(Begin(1, kind, value, key), result);
        return this;
    }
}
