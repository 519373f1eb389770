using PbKv.Actors.Wire;

namespace PbKv.Client;

/// <summary>Asks the view service for a reset, once: a repeated one would be another, and each costs data.</summary>
internal sealed class ResetInquiry : ReceiveActor
{
    private readonly TaskCompletionSource<PbKvReset> _result;
    private readonly Envelope _question;
    private readonly Outbox _outbox;
    private readonly TimeSpan _within;

    public ResetInquiry(
        PbKvSettings settings,
        NodeAddress primary,
        TimeSpan within,
        TaskCompletionSource<PbKvReset> result
    )
    {
        var system = (ExtendedActorSystem)Context.System;
        var viewService = new NodeAddress(settings.ViewServices[0]);
        (_result, _within) = (result, within);
        _outbox = new Outbox(system, [viewService]);
        _question = new Envelope(
            NodePath.OfSelf(system, Self),
            viewService,
            new NodeClock(null).OnSend(),
            [new ResetRequest(primary)]
        )
        {
            Cluster = settings.Cluster,
        };
        Receive<Envelope>(envelope =>
        {
            if (envelope.Cluster != settings.Cluster)
                Finish(new ResetAnswer(View.None, ClusterNames.Refusal(envelope, settings.Cluster), ""));
            else if (envelope.Messages.OfType<ResetAnswer>().FirstOrDefault() is { } answer)
                Finish(answer);
        });
        Receive<ReceiveTimeout>(_ => Finish(null));
        Receive<DamagedEnvelope>(_ => { }); // Logged where it was read.
    }

    protected override void PreStart()
    {
        if (_within != Timeout.InfiniteTimeSpan)
            Context.SetReceiveTimeout(_within);
        _outbox.Send(_question);
    }

    protected override void PostStop() => _result.TrySetException(Failures.Closed(wasSubmitted: true));

    private void Finish(ResetAnswer? answer)
    {
        if (answer is null)
            _result.TrySetException(NoAnswer(_question.To));
        else if (answer.Refusal is { } refusal)
            _result.TrySetException(new PbKvException(PbKvError.Refused, PbKvOutcome.NotExecuted, refusal));
        else
            _result.TrySetResult(new PbKvReset(answer.View.Number, answer.Account));
        Context.Stop(Self);
    }

    internal static PbKvException NoAnswer(NodeAddress viewService) =>
        new(
            PbKvError.DeadlinePassed,
            PbKvOutcome.Unknown,
            $"the view service at {viewService} does not answer; look at the status before you ask again"
        );
}
