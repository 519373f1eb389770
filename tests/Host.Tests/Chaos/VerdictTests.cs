using System.Text.Json;
using PbKv.Chaos;

namespace PbKv.Host.Tests.Chaos;

public class VerdictTests
{
    private static readonly ChaosFacts Good = new(
        Seed: 7,
        Seconds: 60,
        [FaultKind.Kill, FaultKind.Cut],
        new Dictionary<FaultKind, int> { [FaultKind.Kill] = 3, [FaultKind.Cut] = 2 },
        Violations: [],
        Undecided: [],
        Operations: 1000,
        ViewChanges: 4,
        Turns: null,
        DeduplicatedRetries: 5,
        new Dictionary<FaultKind, long> { [FaultKind.Kill] = 610 },
        Interrupted: false
    );

    [Fact]
    public void A_run_in_which_everything_happened_and_held_is_a_pass()
    {
        var verdict = new Verdict(Good);
        Assert.Equal((Verdict.Pass, 0), (verdict.Outcome, verdict.ExitCode));
    }

    [Fact]
    public void A_chosen_fault_that_never_struck_is_no_pass()
    {
        var verdict = new Verdict(Good with { Chosen = [FaultKind.Kill, FaultKind.Flood] });
        Assert.Equal((Verdict.Incomplete, 1), (verdict.Outcome, verdict.ExitCode));
        Assert.Equal(["the fault 'flood' never struck"], verdict.Missing);
    }

    [Fact]
    public void A_run_in_which_no_view_changed_is_no_pass() =>
        Refuted(Good with { ViewChanges = 0 }, "the view never changed");

    [Fact]
    public void A_run_in_which_no_other_of_several_view_services_acted_is_no_pass() =>
        Refuted(Good with { Turns = 0 }, "no other view service ever acted");

    [Fact]
    public void A_run_without_an_operation_is_no_pass() =>
        Refuted(Good with { Operations = 0 }, "no operation was done");

    [Fact]
    public void An_interrupted_run_is_no_pass() =>
        Refuted(Good with { Interrupted = true }, "the run was interrupted before its end");

    [Fact]
    public void A_history_that_was_not_decided_is_no_pass() =>
        Refuted(Good with { Undecided = ["not decided"] }, "not decided");

    [Fact]
    public void A_violation_counts_more_than_what_is_missing()
    {
        var verdict = new Verdict(Good with { Violations = ["lost"], ViewChanges = 0 });
        Assert.Equal((Verdict.Violation, 1), (verdict.Outcome, verdict.ExitCode));
    }

    [Fact]
    public void The_object_names_every_chosen_fault_by_its_kind()
    {
        var json = JsonDocument.Parse(Json.Bytes(new Verdict(Good).ToJson())).RootElement;
        Assert.Equal("pass", json.GetProperty("verdict").GetString());
        Assert.Equal(0, json.GetProperty("violations").GetArrayLength());
        Assert.Equal(1000, json.GetProperty("operations").GetInt64());
        Assert.Equal(3, json.GetProperty("faults").GetProperty("kill").GetInt32());
        Assert.Equal(4, json.GetProperty("viewChanges").GetInt64());
        Assert.Equal(5, json.GetProperty("deduplicatedRetries").GetInt64());
        Assert.Equal(610, json.GetProperty("longestGapMs").GetProperty("kill").GetInt64());
        Assert.Equal(0, json.GetProperty("longestGapMs").GetProperty("cut").GetInt64());
        Assert.Equal(7, json.GetProperty("seed").GetInt64());
    }

    [Fact]
    public void What_was_appended_twice_is_found() =>
        Assert.Equal(["1.5.77"], FinalChecks.TwiceIn("1.4.70;1.5.77;2.6.3;1.5.77;"));

    private static void Refuted(ChaosFacts facts, string missing)
    {
        var verdict = new Verdict(facts);
        Assert.Equal(Verdict.Incomplete, verdict.Outcome);
        Assert.Equal([missing], verdict.Missing);
    }
}
