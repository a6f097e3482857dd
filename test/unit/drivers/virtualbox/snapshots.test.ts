import { expect, test } from '@jest/globals';
import { snapshotTimes } from '../../../../src/drivers/virtualbox/snapshots.ts';

test('the times of snapshots, nested ones too', () => {
  const settings = `<Snapshot uuid="{DFB508B4-9b8b-4822-bca8-9eb6047a00d7}" name="a &gt; b" timeStamp="2026-11-23T08:50:54Z" stateFile="x.sav">
      <Hardware/>
      <Snapshots>
        <Snapshot timeStamp="2026-11-23T09:50:54Z" name="later"
          uuid="{dfb508b4-9b8b-4822-bca8-9eb6047a00d8}"/>
        <Snapshot uuid="{dfb508b4-9b8b-4822-bca8-9eb6047a00d9}" name="without a time"/>
      </Snapshots></Snapshot>`;
  expect([...snapshotTimes(settings)]).toEqual([
    ['dfb508b4-9b8b-4822-bca8-9eb6047a00d7', '2026-11-23T08:50:54.000Z'],
    ['dfb508b4-9b8b-4822-bca8-9eb6047a00d8', '2026-11-23T09:50:54.000Z'],
  ]);
});
