namespace PbKv.Checking;

/// <summary>When a primary may answer.</summary>
internal static partial class Without
{
    /// <summary>Gets, or writes that were executed before, are answered on the spot.</summary>
    private sealed class AnsweredAtOnce(bool reads) : RuleLeftOut
    {
        public override Message? Hear(ReplicaWithout server, NodeAddress from, Message message, Effects effects)
        {
            if (message is not Request request || !server.Confirmed)
                return message;
            if (request.Batch.Operations.Any(o => o.IsRead != reads) || server.AnswerNow(request) is not { } answer)
                return message;
            effects.Send(from, answer);
            return null;
        }
    }

    /// <summary>What was executed now is answered on the spot.</summary>
    private sealed class AnswersWaitForAcknowledgement : RuleLeftOut
    {
        private long _before;

        public override Message? Hear(ReplicaWithout server, NodeAddress from, Message message, Effects effects)
        {
            _before = server.Position;
            return message;
        }

        public override void Then(ReplicaWithout server, NodeAddress from, Message? heard, Effects effects)
        {
            if (heard is Request request && server.Position > _before && server.AnswerNow(request) is { } answer)
                effects.Send(from, answer);
        }
    }

    /// <summary>An acknowledgement is for whatever is in flight.</summary>
    private sealed class AcknowledgementsNameSerial : RuleLeftOut
    {
        private (ViewId View, long Serial) _newest;

        public override Message? Hear(ReplicaWithout server, NodeAddress from, Message message, Effects effects) =>
            message is ForwardAck ack && ack.View == _newest.View ? ack with { Serial = _newest.Serial } : message;

        public override void Then(ReplicaWithout server, NodeAddress from, Message? heard, Effects effects)
        {
            foreach (var forward in effects.Messages.Select(said => said.Message).OfType<Forward>())
            {
                if (forward.View != _newest.View || forward.Serial > _newest.Serial)
                    _newest = (forward.View, forward.Serial);
            }
        }
    }

    /// <summary>Forwards and acknowledgements are of the present view, whatever they say.</summary>
    private sealed class ForwardsMatchView : RuleLeftOut
    {
        public override Message? Hear(ReplicaWithout server, NodeAddress from, Message message, Effects effects) =>
            message switch
            {
                Forward forward => forward with { View = server.View.Id },
                ForwardAck ack => ack with { View = server.View.Id },
                _ => message,
            };
    }

    /// <summary>A primary whom somebody asks believes that its view is acknowledged.</summary>
    private sealed class ConfirmedBeforeAnswering : RuleLeftOut
    {
        public override Message? Hear(ReplicaWithout server, NodeAddress from, Message message, Effects effects)
        {
            if (message is Request or OpenSession && server is { Role: ReplicaRole.Primary, Confirmed: false })
                server.Obey(server.ViewService, new ViewNews(server.View, Acknowledged: true), effects);
            return message;
        }
    }

    /// <summary>A primary that hears nothing of its backup acknowledges to itself, and goes on alone.</summary>
    private sealed class OnlyViewDropsBackup : RuleLeftOut
    {
        private long _droppedIn;

        public override void Then(ReplicaWithout server, NodeAddress from, Message? heard, Effects effects)
        {
            Replace<Ping>(
                effects,
                (_, ping) =>
                {
                    if (ping.BackupSilent)
                        _droppedIn = server.View.Number;
                    return ping with { BackupSilent = false };
                }
            );
            if (_droppedIn != server.View.Number || server.View.Backup is not { } backup)
                return;
            for (var i = 0; i < effects.Messages.Count; i++)
            {
                if (effects.Messages[i].Message is Forward forward)
                    server.Obey(backup.Address, new ForwardAck(forward.View, forward.Serial), effects);
            }
        }

        public override void AddTo(ref Fingerprint fingerprint) => fingerprint.Add(_droppedIn);
    }

    /// <summary>A Get that was held is read when it is released.</summary>
    private sealed class GetValueOnArrival : RequestsInMind
    {
        public override void Then(ReplicaWithout server, NodeAddress from, Message? heard, Effects effects) =>
            Replace<Reply>(
                effects,
                (to, reply) =>
                    Asked(to, reply.Number) is { } request
                        ? reply with
                        {
                            Results =
                            [
                                .. reply.Results.Zip(
                                    request.Batch.Operations,
                                    (held, operation) => operation.IsRead ? server.Read(operation) : held
                                ),
                            ],
                        }
                        : reply
            );
    }

    /// <summary>Where a deposed primary would tell a client to ask elsewhere, it answers.</summary>
    private sealed class HeldDroppedWhenDeposed : RequestsInMind
    {
        public override void Then(ReplicaWithout server, NodeAddress from, Message? heard, Effects effects)
        {
            if (heard is not (Request or OpenSession))
                Replace<Refusal>(
                    effects,
                    (to, refusal) =>
                        Asked(to, refusal.Number) is { } request && server.AnswerNow(request) is { } answer
                            ? answer
                            : refusal
                );
        }
    }

    /// <summary>A session is known by its number alone.</summary>
    private sealed class SessionsAreOfTheirEra : RequestsInMind
    {
        public override Message? Hear(ReplicaWithout server, NodeAddress from, Message message, Effects effects) =>
            base.Hear(server, from, message, effects) is Request request ? request with { Era = server.Era } : message;

        public override void Then(ReplicaWithout server, NodeAddress from, Message? heard, Effects effects) =>
            Replace<Reply>(effects, (to, reply) => reply with { Era = Asked(to, reply.Number)?.Era ?? reply.Era });
    }

    /// <summary>A primary that has no memory left forwards what it was asked: the backup may have some.</summary>
    private sealed class FullIsInTheHistory : RequestsInMind
    {
        public override void Then(ReplicaWithout server, NodeAddress from, Message? heard, Effects effects) =>
            Replace<Forward>(effects, (_, forward) => forward with { Batches = [.. forward.Batches.Select(AsAsked)] });

        private Batch AsAsked(Batch batch) =>
            batch with
            {
                Operations =
                [
                    .. batch.Operations.Select(done =>
                        done.Kind == OperationKind.Full ? Asked(batch.Session, done.Sequence) : done
                    ),
                ],
            };
    }

    /// <summary>Those who were asked something know what.</summary>
    private abstract class RequestsInMind : RuleLeftOut
    {
        private ImmutableDictionary<(NodeAddress, long), Request> _requests = ImmutableDictionary<
            (NodeAddress, long),
            Request
        >.Empty;

        public override Message? Hear(ReplicaWithout server, NodeAddress from, Message message, Effects effects)
        {
            if (message is Request request)
                _requests = _requests.SetItem((from, request.Number), request);
            return message;
        }

        protected Operation Asked(long session, long sequence) =>
            _requests
                .Values.Where(request => request.Batch.Session == session)
                .SelectMany(request => request.Batch.Operations)
                .First(operation => operation.Sequence == sequence);

        protected Request? Asked(NodeAddress by, long number) => _requests.GetValueOrDefault((by, number));
    }
}
