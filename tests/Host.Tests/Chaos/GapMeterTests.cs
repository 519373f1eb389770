using PbKv.Chaos;

namespace PbKv.Host.Tests.Chaos;

public class GapMeterTests
{
    private long _now;

    [Fact]
    public void A_gap_belongs_to_every_fault_that_was_there_meanwhile()
    {
        var gaps = new GapMeter(() => _now);
        CompleteAt(gaps, 10);
        gaps.Begin(FaultKind.Kill);
        CompleteAt(gaps, 15);
        gaps.End(FaultKind.Kill);
        gaps.Begin(FaultKind.Cut);
        CompleteAt(gaps, 315);
        CompleteAt(gaps, 715);
        gaps.End(FaultKind.Cut);
        CompleteAt(gaps, 716);
        CompleteAt(gaps, 5000);
        Assert.Equal(300, gaps.Longest[FaultKind.Kill]);
        Assert.Equal(400, gaps.Longest[FaultKind.Cut]);
        Assert.Equal(6, gaps.Completed);
    }

    private void CompleteAt(GapMeter gaps, long time)
    {
        _now = time;
        gaps.Complete();
    }
}
