using PbKv.Chaos;

namespace PbKv.Host.Tests.Chaos;

public class FaultKindsTests
{
    [Fact]
    public void The_standard_list_holds_every_kind_but_the_namespaces() =>
        Assert.Equal(Enum.GetValues<FaultKind>().Except([FaultKind.Netns]), FaultKinds.Parse(FaultKinds.Standard));

    [Fact]
    public void An_unknown_kind_is_named_with_those_that_there_are()
    {
        var failure = Assert.Throws<Failure>(() => FaultKinds.Parse("kill,quake"));
        Assert.Equal(ExitCodes.WrongUsage, failure.ExitCode);
        Assert.Contains("'quake'", failure.Message, StringComparison.Ordinal);
        Assert.Contains("viewservice", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Namespaces_do_not_go_with_what_takes_relays() =>
        Assert.Throws<Failure>(() => FaultKinds.Parse("netns,cut"));
}
