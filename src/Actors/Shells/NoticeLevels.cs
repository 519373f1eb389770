using Akka.Event;
using PbKv.Protocol;

namespace PbKv.Actors.Shells;

internal static class NoticeLevels
{
    public static LogLevel Of(NoticeKind kind) =>
        kind switch
        {
            NoticeKind.Refused
            or NoticeKind.ResetDone
            or NoticeKind.BackupSilent
            or NoticeKind.Superseded
            or NoticeKind.CopyDiffers
            or NoticeKind.WrongCluster
            or NoticeKind.TransferAbandoned => LogLevel.WarningLevel,

            NoticeKind.ServerSeen
            or NoticeKind.ServerDead
            or NoticeKind.ServerBack
            or NoticeKind.NewView
            or NoticeKind.ViewAcknowledged
            or NoticeKind.ViewSynced
            or NoticeKind.FellBack
            or NoticeKind.Waiting
            or NoticeKind.LeaveAsked
            or NoticeKind.NewCluster
            or NoticeKind.RoleChanged
            or NoticeKind.TransferStarted
            or NoticeKind.TransferInstalled
            or NoticeKind.Switched
            or NoticeKind.Synced
            or NoticeKind.Left
            or NoticeKind.SessionExpired
            or NoticeKind.SessionLost
            or NoticeKind.ConnectionLost => LogLevel.InfoLevel,

            _ => LogLevel.DebugLevel,
        };
}
