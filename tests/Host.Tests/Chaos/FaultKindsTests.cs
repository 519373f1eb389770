using PbKv.Chaos;

namespace PbKv.Host.Tests.Chaos;

public class FaultKindsTests
{
    [Fact]
    public void All_kinds_are_taken_but_the_namespaces_and_what_needs_several_view_services()
    {
        var all = Enum.GetValues<FaultKind>().Except([FaultKind.Netns]);
        Assert.Equal(all, FaultKinds.Parse(null, views: 3));
        Assert.Equal(all.Except([FaultKind.Transfer, FaultKind.Disk]), FaultKinds.Parse(null, views: 1));
    }

    [Fact]
    public void What_needs_several_view_services_does_not_go_with_one() =>
        Assert.Contains(
            "--views",
            Assert.Throws<Failure>(() => FaultKinds.Parse("disk", views: 1)).Message,
            StringComparison.Ordinal
        );

    [Fact]
    public void An_unknown_kind_is_named_with_those_that_there_are()
    {
        var failure = Assert.Throws<Failure>(() => FaultKinds.Parse("kill,quake", views: 1));
        Assert.Equal(ExitCodes.WrongUsage, failure.ExitCode);
        Assert.Contains("'quake'", failure.Message, StringComparison.Ordinal);
        Assert.Contains("viewservice", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Namespaces_do_not_go_with_what_takes_relays() =>
        Assert.Throws<Failure>(() => FaultKinds.Parse("netns,cut", views: 1));
}
